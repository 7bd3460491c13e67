from PIL import Image

from likeness.personalise.picture_sizes import size_conditions


def test_sizes_before_and_after_the_crop_are_told():
    pictures = [Image.new("RGB", size) for size in ((512, 512), (1500, 1000), (300, 2400))]
    assert size_conditions(pictures, 1024).tolist() == [
        [512, 512, 0, 0, 1024, 1024],
        [1000, 1500, 0, 256, 1024, 1024],
        [2400, 300, 3584, 0, 1024, 1024],
    ]
    assert size_conditions([], 1024).shape == (0, 6)
