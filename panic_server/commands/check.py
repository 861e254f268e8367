"""`kentongan check`: every setting, its value, where it came from, and what is wrong with it."""

from argparse import Namespace

from panic_server.commands.inspection import inspect_settings, misspelled


def run(_: Namespace) -> int:
    lines = inspect_settings()
    wide = max(len(line.variable) for line in lines)
    for line in lines:
        print(f"{line.variable:{wide}}  {line.value}  ({line.source}: {line.description})")
        if line.problem:
            print(f"{'':{wide}}  WRONG: {line.problem}")
    typos = misspelled()
    for typo in typos:
        print(f"WRONG: {typo}")
    wrong = sum(1 for line in lines if line.problem) + len(typos)
    print("All settings are fine." if not wrong else f"{wrong} of them must be put right.")
    return 1 if wrong else 0
