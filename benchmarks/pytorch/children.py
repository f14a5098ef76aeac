# SPDX-License-Identifier: Apache-2.0
"""The two processes that are compared, of which one at a time computes: the others are stopped by a signal."""

import ctypes
import os
import pathlib
import signal
import subprocess
import sys

HERE = pathlib.Path(__file__).parent

# What each side said of itself when it was ready.
versions = {}


def end_with_parent():
    """A stopped process would outlive a driver that is killed: Linux's PR_SET_PDEATHSIG."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def project_command(model, batches, threads, mode, heap, precision="float32"):
    unit = {"m": 1 << 20, "g": 1 << 30}[heap[-1].lower()]
    # As the project shares memory out by itself: three quarters of the machine's, between heap and tensors.
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 4 * 3
    memory = [
        f"-Xmx{heap}",
        f"-Dorg.bytedeco.javacpp.maxbytes={max(whole - int(heap[:-1]) * unit, whole // 4)}",
        f"-Dorg.bytedeco.javacpp.maxphysicalbytes={whole}",
    ]
    java = [os.environ["PURE_JAVA"], *os.environ["PURE_JVM_OPTIONS"].split(), *memory]
    worker = ["-cp", os.environ["PURE_CLASS_PATH"], "org.purespark.benchmark.SpeedWorker", model, batches, threads, mode]
    return java + list(map(str, [*worker, precision]))


class Child:
    """A process that answers each line with a line."""

    def __init__(self, name, command, threads):
        environment = {**os.environ, "OMP_NUM_THREADS": str(threads), "PYTHONUNBUFFERED": "1"}
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
            bufsize=1,
            preexec_fn=end_with_parent,
        )
        self.name = name
        self.peak_before = 0
        self.ready = None
        versions[name] = self.read().strip().removeprefix("ready ")
        self.ready = self.memory()["resident"]
        self.process.send_signal(signal.SIGSTOP)

    @classmethod
    def pytorch(cls, model, batches, threads, mode, peer):
        worker = [sys.executable, HERE / "worker.py", model, batches, threads, mode, peer]
        return cls("pytorch " + peer, list(map(str, worker)), threads)

    @classmethod
    def project(cls, model, batches, threads, mode, heap, precision="float32"):
        return cls("project " + precision, project_command(model, batches, threads, mode, heap, precision), threads)

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"the side {self.name} ended with {self.process.wait()}; what it said is above")
        return line

    def ask(self, line):
        """The numbers that the process answers with; it runs meanwhile, and at no other time."""
        self.process.send_signal(signal.SIGCONT)
        try:
            self.process.stdin.write(line + "\n")
            answer = self.read()
        finally:
            self.process.send_signal(signal.SIGSTOP)
        return list(map(float, answer.split()))

    def do(self, work, first, count):
        return self.ask(f"{work} {first} {count}")

    def memory(self):
        """MiB: what was resident when the model was loaded, what is now, the most ever, the most since forget_peak."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        fields = dict(line.split(":", 1) for line in status.splitlines())
        mebibytes = {key: int(fields[key].split()[0]) // 1024 for key in ("VmRSS", "VmHWM")}
        peak = mebibytes["VmHWM"]
        return {"ready": self.ready, "resident": mebibytes["VmRSS"], "peak": max(self.peak_before, peak), "peakInSteps": peak}

    def forget_peak(self):
        """Makes the largest resident memory what it is now."""
        self.peak_before = self.memory()["peak"]
        pathlib.Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.process.kill()
        self.process.wait()
