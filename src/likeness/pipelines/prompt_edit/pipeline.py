"""`prompt_edit` as a pipeline: edits → plan → pictures → masks → scores → the study's table and sheets; and sweeps."""

from kedro.pipeline import Node, Pipeline

from likeness.pipelines.prompt_edit import nodes

WORK = "params:work_folder"
SAMPLING, CONTROL, PHOTOS = "params:prompt_edit.sampling", "params:prompt_edit.control", "params:prompt_edit.photos"
# What works on a GPU where there is one; a DaskRunner sends it to a worker that has one.
GPU = "gpu"
SWEEPS, SCORING = "params:prompt_edit.sweeps", "params:prompt_edit.scoring"


def create_pipeline(**_: object) -> Pipeline:
    """Assemble all stages; their tags are planning, editing, scoring and sweeps."""
    return planning() + editing() + scoring() + sweeps()


def planning() -> Pipeline:
    """Decide everything about the edits."""
    return Pipeline(
        [
            Node(
                nodes.plan_prompt_edits,
                ["edits", "edit_model", "probe", SAMPLING, CONTROL, SCORING],
                ["edit_plan", "edits_set_aside"],
                name="plan_prompt_edits",
            )
        ],
        tags="planning",
    )


def editing() -> Pipeline:
    """Draw sources, edits and controls."""
    return Pipeline(
        [
            Node(
                nodes.invert_photos,
                ["edit_plan", "edit_model", SAMPLING, PHOTOS, SCORING, WORK],
                "photo_reconstructions",
                name="invert_photos",
                tags=GPU,
            ),
            Node(
                nodes.draw_edited_images,
                ["edit_plan", "edit_model", SAMPLING, PHOTOS, WORK, "photo_reconstructions"],
                ["edited_images", "edit_attention"],
                name="draw_edited_images",
                tags=GPU,
            ),
        ],
        tags="editing",
    )


def scoring() -> Pipeline:
    """Score the edits and report."""
    return Pipeline(
        [
            Node(
                nodes.mask_regions,
                ["edit_plan", "edit_attention", SCORING, WORK],
                "edit_masks",
                name="mask_regions",
            ),
            Node(
                nodes.score_edits,
                ["edit_plan", "edited_images", "edit_masks", "probe", SCORING],
                "edit_scores",
                name="score_edits",
            ),
            Node(nodes.compare_variants, ["edit_scores", SCORING], "edit_comparison", name="compare_variants"),
            Node(
                nodes.draw_edit_sheet,
                ["edit_plan", "edited_images", "edit_attention", "edit_masks", "edit_scores"],
                ["edit_sheet", "photo_edit_sheet"],
                name="draw_edit_sheet",
            ),
        ],
        tags="scoring",
    )


def sweeps() -> Pipeline:
    """Draw, score and show what weights and schedules do."""
    return Pipeline(
        [
            Node(
                nodes.draw_sweep_images,
                ["edit_plan", "edit_model", SAMPLING, PHOTOS, SWEEPS, WORK],
                "edit_sweep_images",
                name="draw_sweep_images",
                tags=GPU,
            ),
            Node(nodes.score_sweeps, ["edit_sweep_images", SCORING], "edit_sweep_scores", name="score_sweeps"),
            Node(
                nodes.draw_sweep_sheet,
                ["edit_sweep_images", "edit_sweep_scores"],
                "edit_sweep_sheet",
                name="draw_sweep_sheet",
            ),
        ],
        tags="sweeps",
    )
