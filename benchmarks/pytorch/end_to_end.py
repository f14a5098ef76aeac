# SPDX-License-Identifier: Apache-2.0
"""A whole purification by bin/pure beside the published procedure in PyTorch (published.py).

The same texts, model, epochs, micro-batches and threads, one after the other; a ratio is PyTorch's seconds over the
project's. A total is wall-clock from the start of the process to its end: for the project with the start of Java and
Spark, checks of the input, checkpoints and the report; for PyTorch with Python's start, tokenization and saving. Both
write the baseline and the purified model, and evaluate both on the clean and the triggered test texts; trigger probes,
which the published procedure does not have, are off. The build is in neither.
"""

import argparse
import datetime
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import time

STAGES = ["baseline", "score", "prune", "normalize", "evaluate"]
HERE = pathlib.Path(__file__).parent
ROOT = pathlib.Path(os.environ["PURE_ROOT"])
SEED = 11


def options():
    parser = argparse.ArgumentParser(
        prog="benchmarks/end-to-end", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--texts", type=int, default=640, help="training texts (640); of the other splits the same"
                        " share; 0 takes all of all")
    parser.add_argument("--epochs", type=int, default=1, help="of each fine-tuning (1)")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="of both (all)")
    parser.add_argument("--rounds", type=int, default=1, help="how often to time both (1)")
    parser.add_argument("--max-accuracy-drop", type=float, default=0.05, help="where the prune search stops (0.05)")
    parser.add_argument("--model", type=pathlib.Path, default=os.environ["PURE_ENCODER"],
                        help="a BERT in Hugging Face's form (all-MiniLM-L6-v2: L 6, D 384)")
    parser.add_argument("--data", type=pathlib.Path, default=ROOT.parent / "shared/data/sst2",
                        help="directory with train.tsv, dev.tsv, test.tsv and badnet/poisoned_test.csv, the last of"
                        " which may be missing (../shared/data/sst2)")
    parser.add_argument("--driver-memory", default="1g", help="Java heap (bin/pure's 1g; D 768 needs 3g)")
    parser.add_argument("--out", type=pathlib.Path, help="JSON file for all figures")
    return parser.parse_args()


def cut(data, texts, work):
    """The splits, each cut to the same share by a seeded choice; name to file."""
    files = {"train": "train.tsv", "validation": "dev.tsv", "test": "test.tsv", "poisoned-test": "badnet/poisoned_test.csv"}
    files = {name: data / file for name, file in files.items() if name != "poisoned-test" or (data / file).exists()}
    missing = [str(file) for file in files.values() if not file.exists()]
    if missing:
        raise SystemExit("no " + ", ".join(missing) + "; name the directory with --data")
    share, made = None, {}
    for name, file in files.items():
        # Rows of these files do not span lines.
        header, *rows = file.read_text(encoding="utf-8").splitlines()
        share = share or (min(1, texts / len(rows)) if texts else 1)
        kept = set(random.Random(SEED).sample(range(len(rows)), max(1, round(share * len(rows)))))
        made[name] = work / (name + file.suffix)
        made[name].write_text("\n".join([header] + [row for i, row in enumerate(rows) if i in kept]) + "\n", "utf-8")
        print(f"{name}: {len(kept)} texts")
    return made


def ours(chosen, files, run):
    command = [ROOT / "bin/pure", "purify", "--model", chosen.model, "--run", run]
    for name, file in files.items():
        command += ["--" + name, file]
    if "poisoned-test" in files:
        command += ["--target", "1"]
    settings = {
        "train.epochs": chosen.epochs,
        "prune.max-accuracy-drop": chosen.max_accuracy_drop,
        "probe.battery": "none",
    }
    for key, value in settings.items():
        command += ["--set", f"{key}={value}"]
    command += ["--", "--master", f"local[{chosen.threads}]", "--conf", f"spark.task.cpus={chosen.threads}"]
    command += ["--driver-memory", chosen.driver_memory]
    begun = datetime.datetime.now(datetime.timezone.utc)
    total = timed(command, {**os.environ, "PURE_BUILD": "never"})
    stages = json.loads((run / "run.json").read_text())["stages"]
    return {
        "total": total,
        "seconds": {stage: stages[stage]["seconds"] for stage in STAGES},
        "beforeFirstStep": before_first_step(run, begun),
    }


def before_first_step(run, begun):
    """
    Seconds from the start of the process to that of the first stage, and of the first stage outside of its steps:
    reading the model before them, writing it after them.
    """
    started, stage, steps = None, None, 0.0
    for line in (run / "events.jsonl").read_text().splitlines():
        event = json.loads(line)
        if event.get("event") == "stage-started" and started is None:
            started = (datetime.datetime.fromisoformat(event["time"]) - begun).total_seconds()
        elif event.get("event") == "step-loss" and event["stage"] == "baseline":
            steps += event["seconds"]
        elif event.get("event") == "stage-finished" and event["stage"] == "baseline":
            stage = event["seconds"]
    return {"toFirstStage": started, "firstStageOutsideSteps": stage - steps}


def published(chosen, files, run, work):
    out = work / "published.json"
    command = [sys.executable, HERE / "published.py", "--model", chosen.model, "--walk", run / "pruned-heads.json"]
    for name, file in files.items():
        command += ["--" + name, file]
    command += ["--epochs", chosen.epochs, "--threads", chosen.threads, "--out", out]
    total = timed(command, {**os.environ, "OMP_NUM_THREADS": str(chosen.threads)})
    return {"total": total, **json.loads(out.read_text())}


def timed(command, environment):
    start = time.perf_counter()
    subprocess.run(list(map(str, command)), env=environment, check=True)
    return time.perf_counter() - start


def table(rounds):
    print(f"\n{'stage':12} published s     ours s    ratio  (smallest to largest)")
    for stage in STAGES + ["total"]:
        pairs = [
            (r["published"]["total"], r["ours"]["total"])
            if stage == "total"
            else (r["published"]["seconds"][stage], r["ours"]["seconds"][stage])
            for r in rounds
        ]
        ratios = sorted(theirs / our for theirs, our in pairs)
        print(
            f"{stage:12} {statistics.median(p[0] for p in pairs):11.1f} {statistics.median(p[1] for p in pairs):10.1f}"
            f" {statistics.median(ratios):8.2f}  ({ratios[0]:.2f} to {ratios[-1]:.2f})"
        )
    last = rounds[-1]
    print(
        f"candidate prune sets: {last['published']['candidateSets']}, heads pruned: {last['published']['prunedHeads']};"
        f" ours' first stage begins after {median(rounds, 'toFirstStage'):.1f} s, and its first step at most"
        f" {median(rounds, 'firstStageOutsideSteps'):.1f} s later"
    )


def median(rounds, figure):
    return statistics.median(r["ours"]["beforeFirstStep"][figure] for r in rounds)


def main():
    chosen = options()
    with tempfile.TemporaryDirectory(prefix="pure-end-to-end") as directory:
        work = pathlib.Path(directory)
        files = cut(chosen.data, chosen.texts, work)
        rounds = []
        for number in range(chosen.rounds):
            run = work / f"run-{number}"
            own = ours(chosen, files, run)
            rounds.append({"ours": own, "published": published(chosen, files, run, work)})
        table(rounds)
    if chosen.out:
        chosen.out.write_text(json.dumps({"schema": 1, "rounds": rounds}, indent=1) + "\n")


if __name__ == "__main__":
    main()
