# SPDX-License-Identifier: Apache-2.0
"""The DAGs as Airflow sees them, on the stock Spark of PyPI's pyspark with a local master."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import DAGS, Airflow

STAGES = ("baseline", "score", "prune", "normalize", "evaluate", "report")
DESCRIBE = """
import importlib, json, sys, warnings
warnings.simplefilter("error")
sys.path.insert(0, sys.argv[1])
dags = {name: importlib.import_module(name).dag for name in ("pure_purify", "pure_sweep")}
print(json.dumps({
    name: {
        "tasks": dag.task_ids,
        "downstream": {task.task_id: sorted(task.downstream_task_ids) for task in dag.tasks},
        "retries": {task.task_id: task.retries for task in dag.tasks},
        "backoff": {task.task_id: task.retry_exponential_backoff for task in dag.tasks},
        "params": {key: [param.schema, param.description] for key, param in dag.params.items()
                   for param in [dag.params.get_param(key)]},
        "runs": dag.max_active_runs,
        "doc": dag.doc_md,
    } for name, dag in dags.items()
}))
"""


@pytest.fixture(scope="module")
def described(airflow: Airflow) -> dict:
    """Both DAGs, imported with every warning an error."""
    read = subprocess.run(
        [sys.executable, "-c", DESCRIBE, str(DAGS)],
        env=airflow.environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert read.returncode == 0, read.stderr
    return json.loads(read.stdout.splitlines()[-1])


def test_dags_import_without_error_or_warning(airflow: Airflow, described: dict) -> None:
    assert set(described) == {"pure_purify", "pure_sweep"}
    read = airflow.run("dags", "reserialize")
    assert read.returncode == 0, read.stdout
    assert query(airflow, "SELECT filename, stacktrace FROM import_error") == []
    assert query(airflow, "SELECT dag_id, message FROM dag_warning") == []
    assert query(airflow, "SELECT dag_id FROM dag ORDER BY dag_id") == [("pure_purify",), ("pure_sweep",)]


def test_stages_follow_one_another_and_are_tried_again(described: dict) -> None:
    purify = described["pure_purify"]
    for stage, following in zip(STAGES, (*STAGES[1:], "result")):
        assert purify["downstream"][stage] == [following]
        assert purify["retries"][stage] == 3
        # Times as long a pause before each further try.
        assert purify["backoff"][stage] == 2
    assert purify["downstream"]["vet"] == ["gate"]
    assert purify["downstream"]["gate"] == ["baseline"]
    assert described["pure_sweep"]["retries"]["sweep"] == 2
    assert described["pure_sweep"]["backoff"]["sweep"] == 2
    assert described["pure_sweep"]["runs"] == 1


@pytest.mark.parametrize("dag", ["pure_purify", "pure_sweep"])
def test_params_are_typed_and_described(described: dict, dag: str) -> None:
    assert described[dag]["doc"]
    assert described[dag]["params"]
    for name, (schema, description) in described[dag]["params"].items():
        assert schema.get("type"), name
        assert schema.get("title"), name
        assert description, name


def test_a_param_of_the_wrong_type_is_refused(airflow: Airflow, tmp_path: Path) -> None:
    refused = airflow.run("dags", "test", "pure_purify", "--conf", airflow.purify(tmp_path / "run", settings="a=b"))
    assert refused.returncode != 0
    assert "'a=b' is not of type 'object'" in refused.stdout, refused.stdout
    assert not (tmp_path / "run").exists()


def test_wrong_input_is_not_tried_again(airflow: Airflow, tmp_path: Path) -> None:
    missing = airflow.run(
        "dags", "test", "pure_purify", "--conf", airflow.purify(tmp_path / "run", train=str(tmp_path / "none.tsv"))
    )
    assert missing.returncode != 0
    assert "none.tsv" in missing.stdout, missing.stdout
    assert "AirflowFailException" in missing.stdout, missing.stdout
    assert states(airflow, "pure_purify")["baseline"] == "failed"


GATE = """
import json, sys
sys.path.insert(0, sys.argv[1])
from airflow.sdk.exceptions import AirflowFailException
import pure_purify
gate = pure_purify.dag.get_task("gate").python_callable
outcomes = {}
for choice in pure_purify.GATES:
    for verdict in ("clean", "inconclusive", "suspicious", "backdoored"):
        with open(f"{sys.argv[2]}/vet.json", "w") as report:
            json.dump({"verdict": verdict, "reason": "because"}, report)
        try:
            outcome = gate({"vet": choice, "run": sys.argv[2], "model": "suspect"})
        except AirflowFailException as failure:
            outcome = str(failure)
        outcomes[f"{choice} {verdict}"] = outcome
print(json.dumps(outcomes))
"""


COMMANDS = """
import json, sys
sys.path.insert(0, sys.argv[1])
import pure_purify
params = {name: param.value for name, param in pure_purify.PARAMS.items()}
params |= {"model": "m", "train": "t", "run": "r", "vet": "report", "settings": {"defence": "auto"}}
params |= {"base_model": "b", "clean_model": "c", "other_model": "o"}
print(json.dumps(pure_purify.dag.get_task("options").python_callable(params)))
"""


def test_other_models_go_to_the_commands_that_take_them(airflow: Airflow) -> None:
    read = subprocess.run(
        [sys.executable, "-c", COMMANDS, str(DAGS)],
        env=airflow.environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert read.returncode == 0, read.stderr
    commands = {stage: " ".join(command) for stage, command in json.loads(read.stdout.splitlines()[-1]).items()}
    assert {stage for stage, line in commands.items() if "--clean-model c" in line} == {"vet", "normalize"}
    assert {stage for stage, line in commands.items() if "--other-model o" in line} == {"normalize"}
    without_suspect = {stage for stage, line in commands.items() if "--model m --base-model b" not in line}
    assert without_suspect == {"score", "prune"}
    assert all("defence=auto" in line for line in commands.values())


def test_the_gate_follows_verdict_and_choice(airflow: Airflow, tmp_path: Path) -> None:
    read = subprocess.run(
        [sys.executable, "-c", GATE, str(DAGS), str(tmp_path)],
        env=airflow.environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert read.returncode == 0, read.stderr
    outcomes = json.loads(read.stdout.splitlines()[-1])
    assert len(outcomes) == 5 * 4
    stops = {
        "purify-unless-clean clean": False,
        **{
            f"{choice} {verdict}": f"suspect is {verdict}: because (vet={choice})"
            for choice, verdict in (
                ("fail-on-findings", "suspicious"),
                ("fail-on-findings", "backdoored"),
                ("fail-unless-clean", "inconclusive"),
                ("fail-unless-clean", "suspicious"),
                ("fail-unless-clean", "backdoored"),
            )
        },
    }
    assert {name: outcome for name, outcome in outcomes.items() if outcome is not True} == stops


def test_a_suspect_that_is_not_known_to_be_clean_fails_the_run_by_choice(
    airflow: Airflow, undisturbed: Path, tmp_path: Path
) -> None:
    # Without a calibration nothing can be said: exit status 4 of vet. The purified model is one with a classifier.
    tested = airflow.run(
        "dags",
        "test",
        "pure_purify",
        "--conf",
        airflow.purify(
            tmp_path / "run",
            model=str(undisturbed / "purified"),
            vet="fail-unless-clean",
            clean_model=str(airflow.case / "model"),
            settings={"text.max-length": 48, "vet.texts": 4, "vet.budget-texts": 20, "vet.trigger-tokens": 1},
        ),
    )
    assert tested.returncode != 0
    assert "is inconclusive: " in tested.stdout, tested.stdout
    assert "(vet=fail-unless-clean)" in tested.stdout, tested.stdout
    assert json.loads((tmp_path / "run" / "vet.json").read_text())["verdict"] == "inconclusive"
    assert not (tmp_path / "run" / "baseline").exists()
    found = states(airflow, "pure_purify")
    assert found["vet"] == "success"
    assert found["gate"] == "failed"
    assert found["baseline"] == "upstream_failed"


def test_purify_runs_all_stages(undisturbed: Path) -> None:
    for name in ("metrics.json", "report.html", "purified/model.safetensors", "purified/config.json"):
        assert (undisturbed / name).stat().st_size > 0, name


def test_a_task_that_is_killed_half_way_succeeds_on_retry_with_the_same_result(
    airflow: Airflow, undisturbed: Path, tmp_path: Path
) -> None:
    # Without pure_sweep: a real scheduler would start it at once.
    dags = tmp_path / "dags"
    dags.mkdir()
    for name in ("pure_purify.py", "pure_spark.py"):
        shutil.copy(DAGS / name, dags)
    scheduled = Airflow(tmp_path / "home", dags, airflow.case, Path(airflow.environment["AIRFLOW_VAR_PURE_JAR"]))
    shutil.copy(airflow.home / "migrated.db", scheduled.home / "airflow.db")
    run = tmp_path / "run"
    with standalone(scheduled) as server:
        until("the API server answers", server.answers, 600)
        until("the DAG is known", lambda: known(scheduled, "pure_purify"), 600)
        triggered = scheduled.run(
            "dags", "trigger", "pure_purify", "--run-id", "killed", "--conf", scheduled.purify(run)
        )
        assert triggered.returncode == 0, triggered.stdout
        until(
            "a checkpoint of the normalized training",
            lambda: checkpoints(run, "normalize") or ended(scheduled, "killed"),
            900,
        )
        assert not ended(scheduled, "killed"), states(scheduled, "pure_purify")
        kill(run, "normalize")
        until("the DAG run ends", lambda: ended(scheduled, "killed"), 900)
    assert tries(scheduled, "pure_purify", "normalize") == 2
    assert tries(scheduled, "pure_purify", "baseline") == 1
    assert states(scheduled, "pure_purify") == {
        **dict.fromkeys(("options", "gate", *STAGES, "result"), "success"),
        "vet": "skipped",
    }
    for name in ("purified/model.safetensors", "baseline/model.safetensors", "pruned-heads.json"):
        assert (run / name).read_bytes() == (undisturbed / name).read_bytes(), name


def test_sweep_sums_up_and_fails_where_a_run_failed(airflow: Airflow, tmp_path: Path) -> None:
    environment = sweep_of(airflow, tmp_path, "- name: one\n  model: model\n")
    stand_in = tmp_path / "bin" / "spark-submit"
    stand_in.parent.mkdir()
    stand_in.write_text(
        "#!/bin/sh\n"
        'while [ "$1" != --out ]; do shift; done\n'
        'mkdir -p "$2"\n'
        """printf '%s\\n' '{"name":"one","seed":1,"status":"done"}' >"$2/results.jsonl"\n"""
        """printf '%s\\n' '{"name":"two","seed":1,"status":"failed","error":"no such file"}' >>"$2/results.jsonl"\n"""
        "exit 1\n"
    )
    stand_in.chmod(0o755)
    environment["PATH"] = f"{stand_in.parent}{os.pathsep}{airflow.environment['PATH']}"
    failed = airflow.run("dags", "test", "pure_sweep", **environment)
    assert failed.returncode != 0
    assert "1 runs failed" in failed.stdout, failed.stdout
    assert "two, seed 1: no such file" in failed.stdout
    assert states(airflow, "pure_sweep")["sweep"] == "failed"
    assert tries(airflow, "pure_sweep", "sweep") == 3
    assert states(airflow, "pure_sweep")["summary"] == "failed"

    (tmp_path / "out/suspects/results.jsonl").write_text('{"name":"one","seed":1,"status":"done"}\n')
    finished = airflow.run("dags", "test", "pure_sweep", **environment)
    assert finished.returncode == 0, finished.stdout
    assert states(airflow, "pure_sweep")["sweep"] == "skipped"
    assert states(airflow, "pure_sweep")["summary"] == "success"


def test_sweep_purifies_the_suspects_of_a_manifest(airflow: Airflow, tmp_path: Path) -> None:
    case = airflow.case
    environment = sweep_of(
        airflow,
        tmp_path,
        f"- name: one\n  model: {case}/model\n  train: {case}/train.tsv\n  validation: {case}/validation.tsv\n"
        f"  test: {case}/test.tsv\n  poisoned-test: {case}/poisoned.tsv\n  target: 1\n"
        "  set: {text.max-length: 48, train.micro-batch: 8, train.epochs: 1, prune.group-size: 3}\n",
    )
    swept = airflow.run("dags", "test", "pure_sweep", **environment)
    assert swept.returncode == 0, swept.stdout
    assert states(airflow, "pure_sweep") == {
        "manifests": "success",
        "options": "success",
        "sweep": "success",
        "summary": "success",
    }
    row = json.loads((tmp_path / "out/suspects/results.jsonl").read_text())
    assert (row["name"], row["status"]) == ("one", "done")


def sweep_of(airflow: Airflow, directory: Path, manifest: str) -> dict[str, str]:
    """Variables of a sweep of one manifest."""
    (directory / "manifests").mkdir()
    (directory / "manifests" / "suspects.yaml").write_text(manifest)
    return {
        "AIRFLOW_VAR_PURE_SWEEP_MANIFESTS": str(directory / "manifests"),
        "AIRFLOW_VAR_PURE_SWEEP_OUT": str(directory / "out"),
    }


class standalone:  # noqa: N801, reads as a statement
    """airflow standalone: scheduler, DAG processor and API server on SQLite with the LocalExecutor."""

    def __init__(self, airflow: Airflow):
        self.airflow = airflow
        self.port = port = free_port()
        airflow.environment |= {
            "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__PORT": str(port),
            "AIRFLOW__API__WORKERS": "1",
            "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{port}",
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
            "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "10",
        }

    def __enter__(self) -> standalone:
        self.log = (self.airflow.home / "standalone.log").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "airflow", "standalone"],
            env=self.airflow.environment,
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        return self

    def answers(self) -> bool:
        """Whether the API server listens: a task that starts before it does fails."""
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def __exit__(self, failure: object, *_: object) -> None:
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, number)
                self.process.wait(30)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue
        self.log.seek(0)
        if failure:
            sys.stderr.write("".join(self.log.readlines()[-200:]))
        self.log.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(what: str, reached: Callable[[], object], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end, f"waited {seconds} s in vain: {what}"
        time.sleep(0.02)


def query(airflow: Airflow, sql: str, *values: str) -> list[tuple]:
    """From Airflow's database, which the command line would take seconds to start for each look."""
    file = airflow.home / "airflow.db"
    if not file.exists():
        return []
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=30)
    try:
        return connection.execute(sql, values).fetchall()
    except sqlite3.OperationalError as failure:
        if "no such table" in str(failure):
            return []
        raise
    finally:
        connection.close()


def known(airflow: Airflow, dag: str) -> list[tuple]:
    return query(airflow, "SELECT 1 FROM serialized_dag WHERE dag_id = ?", dag)


def ended(airflow: Airflow, run: str) -> list[tuple]:
    return query(airflow, "SELECT 1 FROM dag_run WHERE run_id = ? AND state IN ('success', 'failed')", run)


def instances(airflow: Airflow, dag: str, column: str) -> dict[str, object]:
    """What the database knows of the tasks of the DAG's last run."""
    return dict(
        query(
            airflow,
            f"SELECT task_id, {column} FROM task_instance WHERE run_id ="
            " (SELECT run_id FROM dag_run WHERE dag_id = ? ORDER BY id DESC LIMIT 1)",
            dag,
        )
    )


def states(airflow: Airflow, dag: str) -> dict[str, object]:
    return instances(airflow, dag, "state")


def tries(airflow: Airflow, dag: str, task: str) -> object:
    return instances(airflow, dag, "try_number")[task]


def checkpoints(run: Path, stage: str) -> list[Path]:
    """Files that the stage will continue from; there are none once it has ended."""
    return [path for path in (run / f"work-{stage}").glob("**/*") if path.name == "latest.json"]


def kill(run: Path, stage: str) -> None:
    """SIGKILL to the JVM of the stage that works on the run directory: no shutdown hook is run."""
    killed = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if b"org.apache.spark.deploy.SparkSubmit" in command and {stage.encode(), str(run).encode()} <= set(command):
            os.kill(int(process.name), signal.SIGKILL)
            killed += 1
    assert killed == 1, f"{killed} JVMs of {stage} on {run}"
