"""The other end of child.lua: answers each line of standard input with one line."""
import sys


def peak_memory():
    """Peak resident memory of this process so far, in kB."""
    with open("/proc/self/status") as status:
        return next(line.split()[1] for line in status if line.startswith("VmHWM"))


def blas():
    """The files of BLAS and LAPACK that this process has loaded."""
    with open("/proc/self/maps") as maps:
        files = {line.split()[-1] for line in maps if "blas" in line or "lapack" in line}
    return " ".join(sorted(files))


def serve(commands):
    """Answer requests, `name argument ...`, by functions of the arguments' texts; an empty one ends."""
    commands = {"peak_memory": peak_memory, "blas": blas, **commands}
    print("ready", flush=True)
    for line in sys.stdin:
        if line == "\n":
            break
        name, *arguments = line.split()
        print(commands[name](*arguments), flush=True)
