"""What a person sees of a sweep: a live bar on a terminal, plain lines elsewhere."""

import os
import re
import termios
import threading


def test_a_terminal_shows_a_bar_with_running_cells_and_failures(lagbench):
    ours, theirs = os.openpty()
    termios.tcsetwinsize(theirs, (24, 110))
    process = lagbench.start(
        "run",
        "method=[slow,raises]",
        "simulator=linear",
        "n_samples=100",
        "jobs=2",
        "seeds=[0,1,2,3,4,5,6,7]",
        stderr=theirs,
    )
    os.close(theirs)
    shown = []
    reader = threading.Thread(target=read_all, args=(ours, shown))
    reader.start()
    process.communicate(timeout=120)
    reader.join()
    os.close(ours)
    text = b"".join(shown).decode()
    assert "16/16 |" in text
    assert re.search(r"\d+/16 \|.*\| about \d+ s left.* \| slow linear \ds", text)
    assert "error: raises on linear n_samples=100 seed=3: RuntimeError: no luck" in text
    assert "8 cells of raises ended as error: RuntimeError: no luck" in text


def read_all(descriptor, shown):
    while True:
        try:
            shown.append(os.read(descriptor, 65536))
        except OSError:  # how a terminal says that its other end is closed
            return


def test_elsewhere_there_are_plain_lines(lagbench):
    done = lagbench("run", "method=[raises]", "simulator=linear", "n_samples=100", "seeds=[0]")
    lines = done.stderr.splitlines()
    assert lines[0] == "error: raises on linear n_samples=100 seed=0: RuntimeError: no luck"
    assert re.fullmatch(r"1 of 1 cells, \d s so far", lines[1])
    assert "\r" not in done.stderr
