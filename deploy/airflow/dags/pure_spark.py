# SPDX-License-Identifier: Apache-2.0
"""What the DAGs of PURE on Spark share: how a command of pure.jar is submitted, and how its options are made."""

from __future__ import annotations

import os
from typing import Any

from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.sdk import ObjectStoragePath, Param
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

CONNECTION = "pure_spark"
MAIN_CLASS = "org.purespark.jobs.Pure"

# Who watches a driver that runs in the cluster (deploy mode "cluster"); with deploy mode "client" nobody need.
# The provider refuses an option that does not suit the connection, so it is set where Airflow is deployed.
_TRACKING: dict[str, dict[str, bool]] = {
    "none": {},
    "yarn": {"yarn_track_via_rm_api": True},
    "kubernetes": {"track_driver_via_k8s_api": True},
}


def tracking() -> dict[str, bool]:
    """The operator's options for PURE_SPARK_TRACKING: none (the default), yarn or kubernetes."""
    name = os.environ.get("PURE_SPARK_TRACKING", "none")
    if name not in _TRACKING:
        raise ValueError(f"PURE_SPARK_TRACKING is {name!r}, expected one of {', '.join(_TRACKING)}")
    return _TRACKING[name]


def submission() -> dict[str, Any]:
    """Arguments of every PureOperator: the jar and Spark's settings come from Airflow's variables, when a task runs."""
    return {
        "conn_id": CONNECTION,
        "application": "{{ var.value.pure_jar }}",
        "java_class": MAIN_CLASS,
        "properties_file": "{{ var.value.get('pure_spark_properties', '') }}",
        **tracking(),
    }


class PureOperator(SparkSubmitOperator):
    """spark-submit of a command; without arguments there is none, and the task is skipped. Exit status 2 says that the
    input is wrong, so it is not tried again."""

    def execute(self, context: Any) -> None:
        if not self.application_args:
            raise AirflowSkipException("nothing to do with these params")
        try:
            super().execute(context)
        except AirflowException as failure:
            if "Error code is: 2." in str(failure):
                raise AirflowFailException(f"The input or the options are wrong. {failure}") from failure
            raise


def settings_params() -> dict[str, Param]:
    """Params of every command that takes settings."""
    return {
        "conf": Param(
            None,
            type=["null", "string"],
            title="Settings file",
            description="Address of a file of settings (HOCON), such as a preset of the project's directory conf.",
        ),
        "settings": Param(
            {},
            type="object",
            additionalProperties={"type": ["string", "number", "boolean"]},
            title="Settings",
            description='Single settings over those of the file, such as {"penalty.lambda": 0.3, "seed": 7}.',
        ),
    }


def settings_options(params: dict[str, Any]) -> list[str]:
    """--conf and --set; in the order of the keys, so that a retry submits the same command."""
    options = option("--conf", params["conf"])
    for key, value in sorted(params["settings"].items()):
        text = str(value).lower() if isinstance(value, bool) else str(value)
        options += ["--set", f"{key}={text}"]
    return options


def option(name: str, value: Any) -> list[str]:
    """The option with its value; nothing where the value is not given."""
    return [] if value is None or value == "" else [name, str(value)]


def storage_path(address: str) -> ObjectStoragePath:
    """The address for Airflow's own file access, which names Amazon S3 differently from Hadoop."""
    for hadoop in ("s3a://", "s3n://"):
        if address.startswith(hadoop):
            address = "s3://" + address[len(hadoop) :]
    return ObjectStoragePath(address if "://" in address else f"file://{address}")
