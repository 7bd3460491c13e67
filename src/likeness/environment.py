"""Environment variables that other libraries read when they are imported."""

import os

# What a person has set is kept.
DEFAULTS = {
    # DeepFace with Dlib then imports neither TensorFlow nor torch.
    "DEEPFACE_BACKEND_ENGINE": "pytorch",
    # TensorFlow's start-up messages, which no reader of a log can act on.
    "TF_CPP_MIN_LOG_LEVEL": "3",
    # Likewise their notes about optional packages and configuration files.
    "DIFFUSERS_VERBOSITY": "error",
    "TRANSFORMERS_VERBOSITY": "error",
    # The tokenizers would warn at every fork.
    "TOKENIZERS_PARALLELISM": "false",
    # Nothing leaves the machine.
    "DO_NOT_TRACK": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
}


def set_environment() -> None:
    """Set every variable of `DEFAULTS` that is not set yet; call before the libraries are imported."""
    for name, value in DEFAULTS.items():
        os.environ.setdefault(name, value)
