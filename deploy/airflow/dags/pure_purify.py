# SPDX-License-Identifier: Apache-2.0
"""### PURE: purify one suspect

Fine-tunes a suspect text classifier on clean texts (baseline), scores its attention heads, prunes those that idle,
fine-tunes the rest under the attention penalty (normalize), measures accuracy and label-flip rate (evaluate) and writes
`report.html`.

Each stage is a task, and all of them work in one run directory (`run`). A task that failed or was killed is tried again
and goes on from the last training checkpoint; a stage that is finished is skipped, so any task may be cleared. Two runs
must not work in one run directory at a time.

With the param `vet` the suspect is examined first (`vet.json` in the run directory), and the task `gate` decides by the
verdict whether the purification goes on.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, Param, TriggerRule, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException
from pure_spark import PureOperator, option, settings_options, settings_params, storage_path, submission

# What the task gate does with the verdict of vet.json: go on, leave the purification out, or fail the run.
GATES: dict[str, dict[str, str]] = {
    # The suspect is not examined.
    "off": {},
    "report": {"clean": "go", "inconclusive": "go", "suspicious": "go", "backdoored": "go"},
    "purify-unless-clean": {"clean": "skip", "inconclusive": "go", "suspicious": "go", "backdoored": "go"},
    # Exit status 3 of bin/pure vet.
    "fail-on-findings": {"clean": "go", "inconclusive": "go", "suspicious": "fail", "backdoored": "fail"},
    # Exit status 3 or 4.
    "fail-unless-clean": {"clean": "go", "inconclusive": "fail", "suspicious": "fail", "backdoored": "fail"},
}

# From the baseline on, each needs what the ones before it wrote.
STAGES = ("baseline", "score", "prune", "normalize", "evaluate", "report")


def _address(title: str, description: str) -> Param:
    return Param(type="string", minLength=1, title=title, description=description)


def _optional(title: str, description: str) -> Param:
    return Param(None, type=["null", "string"], title=title, description=description)


PARAMS: dict[str, Param] = {
    "model": _address("Suspect", "Hugging Face directory of the suspect: any address that Spark can read."),
    "train": _address("Training texts", "Clean labelled texts: .tsv, .csv, .jsonl or .parquet."),
    "run": _address("Run directory", "Where everything is written. One that exists is continued."),
    "validation": _optional("Validation texts", "Clean labelled texts. Default: a seeded tenth of the training texts."),
    "test": _optional("Test texts", "Clean labelled texts. Default: the validation texts."),
    "poisoned_test": _optional("Triggered texts", "With their true labels, to measure the label-flip rate on."),
    "target": _optional(
        "Target label", "The label that the attack aims at, or: next class. Default: the label most flipped to."
    ),
    "classifier": _optional("Classifier", "safetensors file of the suspect's classifier, where it is a file of its own."),
    "base_model": _optional("Base model", "Hugging Face directory, if the suspect is a LoRA adapter (PEFT)."),
    "clean_model": _optional(
        "Clean model",
        "Hugging Face directory of the encoder that the suspect was made from, as it is published: for vet, and for"
        " the defences clean-start, fine-mixing, wag and auto.",
    ),
    "other_model": _optional("Other model", "Hugging Face directory of another model of this task: for the defence wag."),
    "vet": Param(
        "off",
        type="string",
        enum=list(GATES),
        title="Examine the suspect first",
        description="off; report: go on whatever is found; purify-unless-clean; fail-on-findings: the run fails where"
        " the suspect is suspicious or backdoored; fail-unless-clean: where it is inconclusive too.",
    ),
    "calibration": _optional("Calibration", "With vet: the file of bin/pure calibrate. Without it all is inconclusive."),
    **settings_params(),
}


with DAG(
    dag_id="pure_purify",
    description="Purifies one suspect: all stages of PURE in a run directory.",
    doc_md=__doc__,
    schedule=None,
    catchup=False,
    max_active_runs=4,
    params=PARAMS,
    tags=["pure", "spark"],
    default_args={"owner": "pure", "retries": 3, "retry_exponential_backoff": 2},
) as dag:

    # Tried again for the sake of Airflow's own servers: what it computes fails always or never.
    @task(retries=2, retry_delay=timedelta(seconds=30), multiple_outputs=True)
    def options(params: dict[str, Any]) -> dict[str, list[str]]:
        """The command line of each stage."""
        model = [
            *option("--model", params["model"]),
            *option("--classifier", params["classifier"]),
            *option("--base-model", params["base_model"]),
        ]
        clean = option("--clean-model", params["clean_model"])
        data = [
            *option("--train", params["train"]),
            *option("--validation", params["validation"]),
            *option("--test", params["test"]),
            *option("--poisoned-test", params["poisoned_test"]),
            *option("--target", params["target"]),
        ]
        rest = ["--run", params["run"], *settings_options(params)]
        # Scored and pruned is what the baseline stage made, not the suspect as it came.
        commands = {
            stage: [stage, *([] if stage in ("score", "prune") else model), *data, *rest] for stage in STAGES
        }
        commands["normalize"] += [*clean, *option("--other-model", params["other_model"])]
        # The gate decides, so each verdict ends with 0.
        commands["vet"] = [] if params["vet"] == "off" else [
            "vet",
            *model,
            *clean,
            *option("--test", params["test"] or params["validation"] or params["train"]),
            *option("--calibration", params["calibration"]),
            "--fail-on",
            "never",
            *rest,
        ]
        return commands

    @task.short_circuit(trigger_rule=TriggerRule.NONE_FAILED, retries=0)
    def gate(params: dict[str, Any]) -> bool:
        """Whether the purification goes on, by the verdict on the suspect."""
        import json

        if params["vet"] == "off":
            return True
        report = json.loads(storage_path(params["run"]).joinpath("vet.json").read_text())
        verdict = report["verdict"]
        said = f"{params['model']} is {verdict}: {report['reason']}"
        print(said)
        action = GATES[params["vet"]][verdict]
        if action == "fail":
            raise AirflowFailException(f"{said} (vet={params['vet']})")
        return action == "go"

    @task
    def result() -> dict[str, Any]:
        """What evaluate found, as this DAG run's result (XCom): accuracy and label-flip rate of each model."""
        import json

        run = get_current_context()["params"]["run"]
        metrics = json.loads(storage_path(run).joinpath("metrics.json").read_text())
        models = {
            name: {figure: metrics[name][figure] for figure in ("accuracy", "labelFlipRate")}
            for name in ("suspect", "baseline", "purified")
        }
        return {"run": run, "target": metrics["target"], "targetName": metrics.get("targetName"), **models}

    commands = options()
    examined = PureOperator(
        task_id="vet",
        name="pure vet {{ run_id }}",
        application_args=commands["vet"],
        **submission(),
    )
    before = gate()
    commands >> examined >> before
    for stage in STAGES:
        submitted = PureOperator(
            task_id=stage,
            name=f"pure {stage} {{{{ run_id }}}}",
            application_args=commands[stage],
            **submission(),
        )
        before >> submitted
        before = submitted
    before >> result()
