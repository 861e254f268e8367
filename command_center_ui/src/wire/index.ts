/* The shapes of version 1 as the screens use them: the generated types, and names for the words inside them. */
import type {
  Actor,
  Assignment,
  Event,
  Events,
  Heartbeat,
  Hello,
  Incident,
  Officer,
  Officers,
  Offer,
  ResponseTimes,
  Session,
  TimelineEntry,
  Welcome,
} from "./types.gen";

export type {
  Actor,
  AlarmAccepted,
  AlarmProgress,
  AlarmRecord,
  Area,
  Arrival,
  Assignment,
  Coming,
  Drill,
  Escalation,
  Incident,
  IncidentDetail,
  Me,
  Moments,
  NewsReceipt,
  Offer,
  Officer,
  Person,
  Place,
  PolicyRules,
  PolicyText,
  Position,
  Problem,
  ResponseGoal,
  ResponseGroup,
  ResponseMeasure,
  ResponseTimes,
  Session,
  TimelineEntry,
  Told,
  TrackPoint,
} from "./types.gen";

export type Kind = Incident["kind"];
export type UnitKind = NonNullable<Officer["unit"]>;
export type Stage = Incident["stage"];
export type Role = Session["role"];
export type ActorRole = Actor["role"];
export type Sure = Incident["place"]["sure"];
export type Disposition = NonNullable<Incident["disposition"]>;
export type OfferStatus = Offer["status"];
export type AssignmentStatus = Assignment["status"];
export type OfficerStatus = Officer["status"];
export type ReportGroup = NonNullable<ResponseTimes["group"]>;
export type LiveEvent = Event;
export type EventKind = Event["kind"];
export type TimelineKind = TimelineEntry["kind"];

export type ServerFrame = Welcome | Officers | Events | Heartbeat;
export type ClientFrame = Hello;
export type WelcomeFrame = Welcome;
export type EventsFrame = Events;
export type OfficersFrame = Officers;
export type HeartbeatFrame = Heartbeat;

export const KINDS: readonly Kind[] = ["emergency", "crime", "violence", "medical", "fire", "disaster"];
export const DISPOSITIONS: readonly Disposition[] = [
  "resolved",
  "false_alarm",
  "prank",
  "test",
  "duplicate",
  "unfounded",
];
export const REPORT_GROUPS: readonly ReportGroup[] = ["sector", "kind", "hour", "weekday"];
export const OFFICER_STATUSES: readonly OfficerStatus[] = [
  "available",
  "offered",
  "en_route",
  "on_scene",
  "unavailable",
  "off_duty",
];
