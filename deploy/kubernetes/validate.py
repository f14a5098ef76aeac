#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""deploy/kubernetes/validate.py [--crd FILE]: checks the manifests of this directory without a cluster.

Needs PyPI's kubernetes-validate (which carries Kubernetes' own schemas) and PyYAML. Core resources are checked strictly:
an unknown field is an error. The pod templates of a SparkApplication are checked as Pods. With --crd, the operator's
sparkapplications CustomResourceDefinition (helm show crds spark/spark-kubernetes-operator), SparkApplications are checked
against its schema too; without it against the few fields that they use. Ends with 1 where something is wrong.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import yaml

KUBERNETES = "1.34"

TEMPLATE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["podTemplateSpec"],
    "properties": {"podTemplateSpec": {"type": "object"}},
}
# The part of spark.apache.org/v1 that these manifests use, as the operator's documentation describes it.
SPARK_APPLICATION = {
    "type": "object",
    "required": ["apiVersion", "kind", "metadata", "spec"],
    "properties": {
        "spec": {
            "type": "object",
            "additionalProperties": False,
            "required": ["runtimeVersions", "mainClass", "jars"],
            "properties": {
                "mainClass": {"type": "string"},
                "jars": {"type": "string"},
                "driverArgs": {"type": "array", "items": {"type": "string"}},
                "sparkConf": {"type": "object", "additionalProperties": {"type": "string"}},
                "runtimeVersions": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["sparkVersion"],
                    "properties": {name: {"type": "string"} for name in ("sparkVersion", "scalaVersion", "jdkVersion")},
                },
                "applicationTolerations": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {
                        "resourceRetainPolicy": {"enum": ["Always", "OnFailure", "Never"]},
                        "resourceRetainDurationMillis": {"type": "integer"},
                        "ttlAfterStopMillis": {"type": "integer"},
                        "restartConfig": {
                            "type": "object",
                            "additionalProperties": False,
                            "properties": {
                                "restartPolicy": {"enum": ["Never", "Always", "OnFailure", "OnInfrastructureFailure"]},
                                "maxRestartAttempts": {"type": "integer"},
                                "restartBackoffMillis": {"type": "integer"},
                            },
                        },
                    },
                },
                "driverSpec": TEMPLATE,
                "executorSpec": TEMPLATE,
            },
        }
    },
}


def pods(application: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for role in ("driverSpec", "executorSpec"):
        yield role, {"apiVersion": "v1", "kind": "Pod", **application["spec"][role]["podTemplateSpec"]}


def schema_of(crd: Path | None) -> dict[str, Any]:
    if crd is None:
        return SPARK_APPLICATION
    definition = next(
        one for one in yaml.safe_load_all(crd.read_text()) if one and one["spec"]["names"]["kind"] == "SparkApplication"
    )
    version = next(one for one in definition["spec"]["versions"] if one["name"] == "v1")
    return strict(version["schema"]["openAPIV3Schema"])


def strict(schema: Any) -> Any:
    """Unknown fields are errors, as kubectl apply --validate=strict has it."""
    if isinstance(schema, list):
        return [strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: strict(value) for key, value in schema.items()}
    if isinstance(closed.get("properties"), dict) and closed.get("type") == "object":
        if not closed.get("x-kubernetes-preserve-unknown-fields"):
            closed.setdefault("additionalProperties", False)
    return closed


def errors(document: dict[str, Any], schema: dict[str, Any]) -> Iterator[str]:
    if document["kind"] != "SparkApplication":
        yield from core(document)
        return
    if document["apiVersion"] != "spark.apache.org/v1":
        yield f"apiVersion is {document['apiVersion']}, expected spark.apache.org/v1"
    # Of a root object a CRD's schema describes apiVersion, kind and metadata only in outline.
    content = {"type": "object", "properties": {"spec": schema["properties"]["spec"]}}
    for error in jsonschema.Draft7Validator(content).iter_errors(document):
        yield f"{'.'.join(map(str, error.absolute_path))}: {error.message}"
    for role, pod in pods(document):
        yield from (f"{role}: {error}" for error in core(pod))


def core(document: dict[str, Any]) -> Iterator[str]:
    try:
        kubernetes_validate.validate(document, KUBERNETES, strict=True)
    except kubernetes_validate.ValidationError as error:
        yield f"{'.'.join(map(str, error.path))}: {error.message}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--crd", type=Path, help="the operator's definition of SparkApplication")
    parser.add_argument("files", nargs="*", type=Path, help="default: all of this directory")
    arguments = parser.parse_args()
    schema = schema_of(arguments.crd)
    wrong = 0
    for file in arguments.files or sorted(Path(__file__).parent.glob("*.yaml")):
        for number, document in enumerate(yaml.safe_load_all(file.read_text()), start=1):
            found = list(errors(document, schema))
            wrong += len(found)
            for error in found:
                print(f"{file.name}, document {number}, {document['kind']}: {error}", file=sys.stderr)
            if not found:
                print(f"{file.name}, document {number}, {document['kind']}: valid")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
