from doctray.ocr.batches import batches_alike


def test_every_crop_with_a_width_is_in_one_batch_with_others_as_wide() -> None:
    widths = [64, 128, 0, 64, 64, 128, 64, 64, 640]
    batches = list(batches_alike(widths, sizes=(4, 1), most_px=4096))
    assert sorted(number for numbers, _ in batches for number in numbers) == [0, 1, 3, 4, 5, 6, 7, 8]
    assert all(widths[number] == width for numbers, width in batches for number in numbers)


def test_batches_are_of_the_sizes_that_were_asked_for() -> None:
    assert [len(numbers) for numbers, _ in batches_alike([64] * 23, sizes=(16, 4, 1), most_px=4096)] == [16, 4, 1, 1, 1]


def test_a_batch_keeps_to_its_pixels_and_what_is_wider_is_read_alone() -> None:
    batches = list(batches_alike([1024] * 4 + [5000] * 2, sizes=(4, 2, 1), most_px=2048))
    assert [(len(numbers), width) for numbers, width in batches] == [(2, 1024), (2, 1024), (1, 5000), (1, 5000)]
