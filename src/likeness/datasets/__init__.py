from likeness.datasets.base_model import BaseModel, BaseModelDataset
from likeness.datasets.checkpoint import Checkpoint, CheckpointDataset
from likeness.datasets.contact_sheet import contact_sheet
from likeness.datasets.folder import FolderDataset
from likeness.datasets.image_set import ImageSet
from likeness.datasets.image_set_dataset import ImageSetDataset
from likeness.datasets.picture import UnreadablePictureError, measure_picture, open_picture, save_picture
from likeness.datasets.work import WorkFolder, code_digest, digest_of, package_digest

__all__ = [
    "BaseModel",
    "BaseModelDataset",
    "Checkpoint",
    "CheckpointDataset",
    "FolderDataset",
    "ImageSet",
    "ImageSetDataset",
    "UnreadablePictureError",
    "WorkFolder",
    "code_digest",
    "contact_sheet",
    "digest_of",
    "measure_picture",
    "open_picture",
    "package_digest",
    "save_picture",
]
