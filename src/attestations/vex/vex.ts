/** The four words of OpenVEX. @see https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md#status-labels */
export const VEX_STATUSES = ['not_affected', 'affected', 'fixed', 'under_investigation'] as const;
export type VexStatus = (typeof VEX_STATUSES)[number];

/** @see https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md#status-justifications */
export const VEX_JUSTIFICATIONS = [
  'component_not_present',
  'vulnerable_code_not_present',
  'vulnerable_code_not_in_execute_path',
  'vulnerable_code_cannot_be_controlled_by_adversary',
  'inline_mitigations_already_exist',
] as const;
export type VexJustification = (typeof VEX_JUSTIFICATIONS)[number];

/** Something an OpenVEX statement speaks of: what it is known by, and its digests. */
export interface VexComponent {
  /** `@id` and the identifiers: purls mostly. */
  readonly names: readonly string[];
  /** `sha256:…` and others. */
  readonly digests: readonly string[];
}

export interface VexProduct extends VexComponent {
  readonly subcomponents: readonly VexComponent[];
}

/** One statement of an OpenVEX document, and whose word it is. */
export interface VexStatement {
  /** The vulnerability's name, id and aliases, as written. */
  readonly vulnerabilities: readonly string[];
  readonly status: VexStatus;
  /** Absent too where the document gives a word that the specification does not have. */
  readonly justification?: VexJustification;
  readonly impact?: string;
  readonly action?: string;
  readonly products: readonly VexProduct[];
  /** Its own time, or its document's; milliseconds since 1970. Absent where neither says one. */
  readonly time?: number;
  /** The document's id and the statement's place in it, for reports. */
  readonly document: string;
  /** The author the document names; whoever really signed is `signer`. */
  readonly author?: string;
  readonly signer: string;
  /** The digest that the in-toto statement is about. */
  readonly digest: string;
}

/** The value of the evidence `vex`: from verified statements only. */
export interface ImageVex {
  readonly statements: readonly VexStatement[];
  /** What was passed over, each with the reason. */
  readonly problems: readonly string[];
}
