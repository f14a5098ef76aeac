# SPDX-License-Identifier: Apache-2.0
"""An Airflow of its own for these tests, and the tiny case that they purify."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

DAGS = Path(__file__).resolve().parent.parent / "dags"
# The tiny model's settings; checkpoints so often that a training can be killed between two.
SETTINGS = {
    "text.max-length": 48,
    "train.micro-batch": 8,
    "train.epochs": 3,
    "train.checkpoint-interval-steps": 4,
    "prune.group-size": 3,
}


class Airflow:
    """The command line of this environment's Airflow, with a home directory of its own."""

    def __init__(self, home: Path, dags: Path, case: Path, jar: Path):
        home.mkdir(parents=True)
        properties = home / "spark.properties"
        properties.write_text(
            "spark.driver.memory 512m\nspark.ui.enabled false\n"
            "spark.driver.host localhost\nspark.driver.bindAddress 127.0.0.1\n"
            # So short a program is over before the second compiler pays.
            "spark.driver.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC\n"
        )
        self.home = home
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "SPARK", "PURE_"))},
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            # Not beside the DAGs. Without any, each of the many starts would compile all of Airflow.
            "PYTHONPYCACHEPREFIX": os.environ.get("PYTHONPYCACHEPREFIX", str(home / "bytecode")),
            "OPT_OUT_TRACKING": "true",
            "SPARK_LOCAL_IP": "127.0.0.1",
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
            "AIRFLOW__CORE__DEFAULT_TASK_RETRY_DELAY": "2",
            "AIRFLOW__CORE__PARALLELISM": "2",
            "AIRFLOW_CONN_PURE_SPARK": json.dumps({"conn_type": "spark", "host": "local[1]"}),
            "AIRFLOW_VAR_PURE_JAR": str(jar),
            "AIRFLOW_VAR_PURE_SPARK_PROPERTIES": str(properties),
        }
        self.case = case

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """One command; its output is in stdout, whatever stream it went to."""
        return subprocess.run(
            [sys.executable, "-m", "airflow", *arguments],
            env={**self.environment, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,
            check=False,
        )

    def purify(self, run: Path, **more: object) -> str:
        """The configuration of a DAG run of pure_purify."""
        return json.dumps({
            "model": str(self.case / "model"),
            **{name: str(self.case / f"{name}.tsv") for name in ("train", "validation", "test")},
            "poisoned_test": str(self.case / "poisoned.tsv"),
            "target": "1",
            "run": str(run),
            "settings": SETTINGS,
            **more,
        })


@pytest.fixture(scope="session")
def case() -> Path:
    """A directory with model/, train.tsv, validation.tsv, test.tsv and poisoned.tsv."""
    return Path(os.environ["PURE_CASE"])


@pytest.fixture(scope="session")
def jar() -> Path:
    return Path(os.environ["PURE_JAR"])


@pytest.fixture(scope="session")
def airflow(tmp_path_factory: pytest.TempPathFactory, case: Path, jar: Path) -> Airflow:
    installed = Airflow(tmp_path_factory.mktemp("airflow") / "home", DAGS, case, jar)
    migrated = installed.run("db", "migrate")
    assert migrated.returncode == 0, migrated.stdout
    # For a further home directory: making the tables takes long.
    with closing(sqlite3.connect(installed.home / "airflow.db")) as made:
        with closing(sqlite3.connect(installed.home / "migrated.db")) as copy:
            made.backup(copy)
    return installed


@pytest.fixture(scope="session")
def undisturbed(airflow: Airflow, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run directory of a DAG run of pure_purify that nothing went wrong in."""
    run = tmp_path_factory.mktemp("undisturbed") / "run"
    tested = airflow.run("dags", "test", "pure_purify", "--conf", airflow.purify(run))
    assert tested.returncode == 0, tested.stdout
    assert "state=success" in tested.stdout, tested.stdout
    return run
