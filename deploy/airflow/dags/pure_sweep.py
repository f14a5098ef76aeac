# SPDX-License-Identifier: Apache-2.0
"""### PURE: purify many suspects

At each scheduled time, looks for manifests (`.yaml`, `.yml`, `.csv`, `.jsonl`, `.ndjson`) in the place that the variable
`pure_sweep_manifests` names, and sweeps each one that is new, was changed, or has runs that failed. The results of
`NAME.yaml` go to the directory `NAME` in the place that the variable `pure_sweep_out` names. A sweep that is run again does only
what is missing, so retries and later DAG runs are cheap.

The task `summary` returns what all of them came to (XCom) and fails where a run failed.
"""

from __future__ import annotations

import os
from datetime import datetime, timezone
from typing import Any

from airflow.sdk import DAG, Param, TriggerRule, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException
from pure_spark import PureOperator, settings_options, settings_params, storage_path, submission

SUFFIXES = (".yaml", ".yml", ".csv", ".jsonl", ".ndjson")
RESULTS = "results.jsonl"
# An XCom is a row in Airflow's database: the whole table is in the results file.
FAILURES_NAMED = 20

with DAG(
    dag_id="pure_sweep",
    description="Sweeps the suspects of all manifests in a configured place.",
    doc_md=__doc__,
    schedule=os.environ.get("PURE_SWEEP_SCHEDULE", "@daily"),
    start_date=datetime(2026, 1, 1, tzinfo=timezone.utc),
    catchup=False,
    # A second run would look at the same manifests, and only one sweep may work on a directory.
    max_active_runs=1,
    params={
        "all": Param(
            False,
            type="boolean",
            title="All manifests",
            description="Also those that are finished: for texts or models that were changed under the same address.",
        ),
        **settings_params(),
    },
    tags=["pure", "spark"],
    default_args={"owner": "pure", "retries": 2, "retry_exponential_backoff": 2},
) as dag:

    def rows(out: str) -> list[dict[str, Any]]:
        """The results of a sweep so far; none where it has not begun."""
        import json

        file = storage_path(out).joinpath(RESULTS)
        return [json.loads(line) for line in file.read_text().splitlines() if line] if file.exists() else []

    def due(manifest: Any, out: str) -> bool:
        results = rows(out)
        if not results or any(row["status"] != "done" for row in results):
            return True
        return manifest.stat().st_mtime > storage_path(out).joinpath(RESULTS).stat().st_mtime

    @task(retries=2)
    def manifests(params: dict[str, Any]) -> list[dict[str, str]]:
        """Manifest and output directory of each sweep that is due, in the order of their names."""
        from airflow.sdk import Variable

        place = storage_path(Variable.get("pure_sweep_manifests"))
        out = Variable.get("pure_sweep_out").rstrip("/")
        found = {}
        for file in sorted(place.iterdir(), key=lambda path: path.name):
            if not file.name.endswith(SUFFIXES):
                continue
            name = file.name.rsplit(".", 1)[0]
            if name in found:
                raise AirflowFailException(f"{file.name} and {found[name].name} would share {out}/{name}: rename one")
            found[name] = file
        return [
            {"manifest": f"{Variable.get('pure_sweep_manifests').rstrip('/')}/{file.name}", "out": f"{out}/{name}"}
            for name, file in found.items()
            if params["all"] or due(file, f"{out}/{name}")
        ]

    @task
    def options(sweeps: list[dict[str, str]], params: dict[str, Any]) -> list[list[str]]:
        """The command line of each sweep."""
        settings = settings_options(params)
        return [["sweep", "--manifest", one["manifest"], "--out", one["out"], *settings] for one in sweeps]

    @task(trigger_rule=TriggerRule.ALL_DONE, retries=0)
    def summary(sweeps: list[dict[str, str]]) -> dict[str, Any]:
        """What the sweeps came to."""
        result: dict[str, Any] = {"done": 0, "failed": 0, "sweeps": []}
        for one in sweeps:
            results = rows(one["out"])
            failed = [f"{row['name']}, seed {row['seed']}: {row['error']}" for row in results if row["status"] != "done"]
            result["sweeps"].append({
                **one,
                "done": len(results) - len(failed),
                "failed": len(failed),
                "failures": failed[:FAILURES_NAMED],
            })
            result["done"] += len(results) - len(failed)
            # A sweep that wrote no results at all failed as a whole.
            result["failed"] += len(failed) if results else 1
        if result["failed"]:
            get_current_context()["ti"].xcom_push(key="return_value", value=result)
            raise AirflowFailException(f"{result['failed']} runs failed: {result['sweeps']}")
        return result

    todo = manifests()
    sweep = PureOperator.partial(
        task_id="sweep",
        name="pure sweep {{ run_id }}",
        # Each is a Spark application of its own.
        max_active_tis_per_dag=int(os.environ.get("PURE_SWEEP_APPLICATIONS", "2")),
        map_index_template="{{ task.application_args[2] }}",
        **submission(),
    ).expand(application_args=options(todo))
    sweep >> summary(todo)
