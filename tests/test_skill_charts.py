"""Charts of shared skills: every word of a title follows from the frame, and the pictures hold what the frame holds."""

import pandas as pd
import pytest

from ccplan.display.charts import show
from ccplan.display.staffing.skill_charts import (
    cross_training_chart,
    cross_training_finding,
    pooling_chart,
    pooling_finding,
)

GAIN = pd.DataFrame(
    {
        "arrangement": ["siloed", "as it is", "all cross-trained"],
        "agent_hours": [212.5, 206.0, 204.0],
        "service_level": [0.807, 0.812, 0.822],
        "service_level_ci95": [0.008, 0.006, 0.007],
        "saved": [0, 0.031, 0.04],
    }
)
CURVE = pd.DataFrame({"share": [0, 0.1, 0.2, 0.5, 1], "agents": [35, 35, 34, 33, 33], "gain": [0, 0, 0.5, 1, 1]})


def test_pooling_shows_hours_and_service():
    svg = show(pooling_chart(GAIN)).svg
    for words in ("212.5 h", "80.7 % ± 0.8 in time", "siloed", "save 3 % of the hours"):
        assert words in svg
    assert show(pooling_chart(GAIN)).svg == svg


@pytest.mark.parametrize(
    ("saved", "words"),
    [
        (
            [0, -0.07, 0.04],
            "The groups as they are add 7 % of the hours of siloed queues; everybody cross-trained would save 4 %",
        ),
        (
            [0, 0.03, 0.04],
            "The groups as they are save 3 % of the hours of siloed queues; everybody cross-trained would save 4 %",
        ),
    ],
)
def test_a_loss_is_not_called_a_saving(saved, words):
    assert pooling_finding(GAIN.assign(saved=saved)) == words


def test_without_groups_there_are_two_bars():
    two = GAIN.drop(index=1)
    assert pooling_finding(two) == "Everybody cross-trained saves 4 % of the hours of siloed queues"
    assert "as it is" not in show(pooling_chart(two)).svg


def test_the_least_share_that_buys_most_is_named():
    assert cross_training_finding(CURVE) == "50 % cross-trained buy all of the gain: 33 agents in place of 35"
    assert (
        cross_training_finding(CURVE.assign(agents=35, gain=1.0))
        == "Cross-training saves nobody here: 35 agents either way"
    )
    svg = show(cross_training_chart(CURVE)).svg
    assert ">33<" in svg and ">35<" in svg
