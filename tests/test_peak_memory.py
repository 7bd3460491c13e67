import time

import numpy as np

from likeness.peak_memory import PeakMemory


def test_a_peak_belongs_to_the_activity_that_made_it():
    memory = PeakMemory(interval=0.01)
    memory.begin("small")
    memory.end("small")
    memory.begin("large")
    pixels = np.ones(50_000_000, dtype=np.float64)
    time.sleep(0.1)
    del pixels
    memory.end("large")
    memory.begin("after")
    memory.end("after")
    memory.close()
    assert memory.megabytes["large"] - memory.megabytes["small"] > 300
    assert memory.megabytes["large"] - memory.megabytes["after"] > 300


def test_closing_stops_the_samples():
    memory = PeakMemory(interval=0.01)
    memory.begin("work")
    memory.close()
    before = memory.megabytes["work"]
    pixels = np.ones(20_000_000, dtype=np.float64)
    time.sleep(0.05)
    assert memory.megabytes["work"] == before
    assert pixels.size
