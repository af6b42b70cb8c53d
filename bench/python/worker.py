"""The process of a contestant in Python: worker.py MODULE THREADS; requests on stdin, replies on stdout, JSON lines.

Threads are set in the environment by who starts this, before any library is loaded.
"""
import importlib
import json
import os
import resource
import sys
import time

replies = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # What libraries print goes to standard error.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))


class Process:
    def __init__(self, module, threads):
        self.module, self.threads, self.contestant, self.task = module, threads, None, None

    def answer(self, request):
        wanted = request["do"]
        if wanted == "hello":
            return {"description": self.load().description}
        if wanted == "open":
            self.task = None
            self.task = self.load().open(request["work"])
            return {}
        if wanted == "close":
            self.task = None
            return {"peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}
        self.task.reset()
        count, rate = request["count"], request["learningRate"]
        if wanted == "time":
            start, cpu_start = time.perf_counter(), time.process_time()
            self.task.run(count, rate)
            seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu_start
            return {"seconds": seconds, "cpuSeconds": cpu_seconds, "results": [self.task.result()]}
        results = []
        for _ in range(count):
            self.task.run(1, rate)
            results.append(self.task.result())
        return {"results": results}

    def load(self):
        if self.contestant is None:
            self.contestant = importlib.import_module("contestant_" + self.module).Contestant(self.threads)
        return self.contestant


def main():
    process = Process(sys.argv[1], int(sys.argv[2]))
    for line in sys.stdin:
        start = time.perf_counter()
        try:
            reply = {"ok": True, **process.answer(json.loads(line))}
        except Exception as error:  # Whatever goes wrong in a library is a reason to name, not to end.
            reply = {"ok": False, "error": f"{type(error).__name__}: {error}"}
        reply["elapsedSeconds"] = time.perf_counter() - start
        reply["totalCpuSeconds"] = time.process_time()  # Of all threads of this process.
        replies.write(json.dumps(reply) + "\n")
        replies.flush()


main()
