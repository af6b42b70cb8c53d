"""What a check does not let a script do: wait for a person, start processes or threads, send signals."""
import builtins
import os
import sys
import threading

PROCESS = {"os.fork": "fork", "os.forkpty": "fork", "subprocess.Popen": "start a process",
           "os.system": "start a process", "os.exec": "replace its process", "os.posix_spawn": "start a process",
           "os.spawn": "start a process", "pty.spawn": "start a process", "os.kill": "send a signal",
           "os.killpg": "send a signal", "signal.pthread_kill": "send a signal"}


class Refused(Exception):
    """The script asked for something that a check does not allow."""


def refuse_input(*prompt):
    raise Refused("input() waits for a person, and a check runs by itself: put the value into the script, or take it from sys.argv")


def refuse_thread(*args, **keywords):
    raise Refused("the script starts a thread, which a check cannot follow")


def install():
    builtins.input = refuse_input
    threading.Thread.start = refuse_thread
    real_system = os.system

    def system(command):
        if command in ("clear", "cls"):
            return 0  # nothing to clear
        return real_system(command)

    def audit(event, args):
        word = PROCESS.get(event)
        if word is not None:
            raise Refused(f"the script tries to {word} ({event}), which a check does not allow")
    os.system = system
    sys.addaudithook(audit)
