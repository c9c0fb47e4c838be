"""What the command line says of an offer, from its note alone."""

from routing.rules.explaining import TARGETS_S, MadeOffer, explain, parse_cell, sentences_of


def said(made: MadeOffer) -> str:
    """The sentences for why this one; listeners are called by their ids."""
    reason = explain(made)
    own = next((seen for seen in made.note.listeners if seen.listener == made.listener), None)
    return sentences_of(
        (reason.why, *reason.besides),
        listener=made.listener.title(),
        load=own.load if own else None,
        share=made.share_of_target,
        target_s=TARGETS_S[parse_cell(made.cell)[0]],
    )
