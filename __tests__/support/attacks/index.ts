import { CHECKOUT } from './checkout.js';
import { COSTS } from './costs.js';
import { DECOYS } from './decoys.js';
import { DEFINITIONS } from './definitions.js';
import { DATABASES, HARD_LINKS, LOADER, OS_RELEASE } from './layers.js';
import { LIVE_COMMANDS } from './live-commands.js';
import { NAMES } from './names.js';
import type { AttackGroup } from './pair.js';
import { STAGES } from './stages.js';
import { UNKNOWN } from './unknown.js';
import { USERS } from './users.js';

/** Every way around the gate that is tried, in the order of the table in docs/threat-model.md. */
export const ATTACKS: readonly AttackGroup[] = [
  CHECKOUT,
  HARD_LINKS,
  STAGES,
  USERS,
  OS_RELEASE,
  DATABASES,
  LOADER,
  NAMES,
  DECOYS,
  LIVE_COMMANDS,
  COSTS,
  DEFINITIONS,
  UNKNOWN,
];
