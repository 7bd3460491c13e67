import diffusers.utils.logging
import pytest
import transformers.utils.logging

from likeness.diffusion.progress import no_file_bars


@pytest.mark.parametrize("library", [diffusers.utils.logging, transformers.utils.logging])
@pytest.mark.parametrize("enabled", [True, False])
def test_bars_are_off_inside_and_as_before_afterwards(library, enabled):
    (library.enable_progress_bar if enabled else library.disable_progress_bar)()
    try:
        with no_file_bars():
            assert not library.is_progress_bar_enabled()
        assert library.is_progress_bar_enabled() is enabled
    finally:
        library.enable_progress_bar()
