"""Awards: shares that keep units apart, and a fair draw."""

import numpy as np
import pandas as pd
import pytest

from kampung_analysis import awards


def stages(counts, units):
    return pd.DataFrame({"label": [f"stage {i}" for i in range(len(counts))], "count": counts, "unit": units})


def test_a_funnel_gives_no_share_where_the_unit_changes():
    frame = awards.funnel(stages([514, 175, 248, 183], ["districts", "districts", "innovations", "innovations"]))
    assert frame.comparable.tolist() == [False, True, False, True]
    assert frame.share[1] == 175 / 514 and np.isnan(frame.share[2])
    assert frame.low[3] < 183 / 248 < frame.high[3]


def test_a_funnel_that_widens_in_one_unit_is_refused():
    with pytest.raises(ValueError, match="stage 1.*248.*more than the 175"):
        awards.funnel(stages([175, 248], ["districts", "districts"]))


def test_a_lottery_sums_to_one_and_has_the_right_mean():
    law = awards.lottery(514, 38, 5)
    assert law.probability.sum() == pytest.approx(1)
    assert (law.winners * law.probability).sum() == pytest.approx(5 * 38 / 514)
    assert law.at_least[0] == pytest.approx(1)
    with pytest.raises(ValueError, match="600"):
        awards.lottery(514, 600, 5)
