import type { Authority } from '../policy/policy.js';
import type { PublisherFacts } from '../rules/rule.js';

/** What an allow entry must give for a publisher whose images and signers differ by customer. */
type PublisherParameter = 'organization' | 'identities';

/** A statement of the catalog, with its public source. */
interface CatalogFact {
  readonly fact: string;
  readonly source: string;
  /** The month it was read, `2026-11`. */
  readonly read: string;
  readonly confirmed: boolean;
}

/** What is known of one publisher of images. */
export interface Publisher extends PublisherFacts {
  /** Patterns over references; `{organization}` stands for what the allow entry gives. */
  readonly images: readonly string[];
  /** Who signs them; a subject `{identities}` stands for each identity that the allow entry gives. */
  readonly authorities: readonly Authority[];
  readonly parameters: readonly PublisherParameter[];
  /** Whether the images are built from Wolfi or Chainguard OS packages. */
  readonly wolfi: boolean;
  readonly attestations: readonly string[];
  readonly quirks: readonly string[];
  readonly facts: readonly CatalogFact[];
  /** The month the entry was last read as a whole, `2026-11`. */
  readonly read: string;
  /** An image that shows whether the entry still holds, and whether pulling it needs a login; there where `verifiable` is true. */
  readonly check?: { readonly image: string; readonly login?: true };
}

/** Images that are known to be abandoned: what a denylist should hold. */
interface Abandoned {
  readonly image: string;
  readonly reason: string;
  readonly source: string;
  readonly read: string;
}

export interface Catalog {
  /** Named in every report. */
  readonly version: string;
  /** The day its publishers were last read, `YYYY-MM-DD`. */
  readonly date: string;
  readonly publishers: readonly Publisher[];
  readonly abandoned: readonly Abandoned[];
}
