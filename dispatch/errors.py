"""Why a command was refused. Facts only; what they mean in HTTP is said once, in `panic_server.api.errors`.

Refused
├── IncidentUnknown
├── IncidentClosed
├── VersionConflict
├── ClaimedByAnother
├── NotClaimed
├── OfferUnknown
├── OfferTaken
├── OfferExpired
├── OfferEnded
├── OfficerEngaged
├── OfficerOffDuty
├── AlreadyAsked
├── PlacesTaken
├── AssignmentUnknown
├── NotTold
├── NeighbourhoodHidden
├── MergeRefused
├── SplitRefused
└── NotMerged
"""


class Refused(Exception):
    """The command cannot be carried out as things stand."""


class IncidentUnknown(Refused):
    """There is no such incident, or the caller may not know of it."""


class IncidentClosed(Refused):
    """The incident is already closed."""


class VersionConflict(Refused):
    """The incident has changed since the caller looked."""


class ClaimedByAnother(Refused):
    """Another operator has taken the incident over."""


class NotClaimed(Refused):
    """The operator has not taken the incident over."""


class OfferUnknown(Refused):
    """There is no such offer to this officer."""


class OfferTaken(Refused):
    """Another officer accepted first."""


class OfferExpired(Refused):
    """The offer's time is over."""


class OfferEnded(Refused):
    """The offer was declined or withdrawn."""


class OfficerEngaged(Refused):
    """The officer has an open assignment already."""


class OfficerOffDuty(Refused):
    """The officer is off duty."""


class AlreadyAsked(Refused):
    """The officer holds an offer of this incident, or goes to it already."""


class PlacesTaken(Refused):
    """More officers go already than places are wanted, or no further place can be added."""


class AssignmentUnknown(Refused):
    """There is no such assignment of this officer."""


class NotTold(Refused):
    """The representative was not told of this incident."""


class NeighbourhoodHidden(Refused):
    """The neighbourhood knows nothing of this incident, and so must not learn its place."""


class MergeRefused(Refused):
    """The two incidents have to stay apart."""


class SplitRefused(Refused):
    """Not all of these alarms are in the incident, or none would stay."""


class NotMerged(Refused):
    """The incident was not merged into this one."""
