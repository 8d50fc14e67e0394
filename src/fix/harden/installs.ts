import { type Distribution, wolfiPackages } from '../../catalog/package-names.js';
import { err, ok, type Result } from '../../lib/result.js';
import type { ScriptWord } from './script.js';

/**
 * What a command becomes: for each of its words new text, `null` where it is taken out, undefined where it stays. As a
 * whole it can be kept, or be left out of its script.
 */
export type Rewrite = readonly (string | null | undefined)[] | 'keep' | 'remove';

const MANAGERS: Readonly<Record<string, Distribution>> = {
  apt: 'debian',
  'apt-get': 'debian',
  dnf: 'fedora',
  yum: 'fedora',
  microdnf: 'fedora',
  apk: 'alpine',
};

/** Options that change how packages are installed and not which. */
const OPTIONS: Readonly<Record<Distribution, RegExp>> = {
  debian:
    /^(?:-[yqf]+|--(?:yes|assume-yes|quiet|no-install-recommends|no-install-suggests|fix-missing|fix-broken|auto-remove|allow-downgrades)|-q=\d)$/,
  fedora:
    /^(?:-[yq]+|--(?:assumeyes|quiet|nodocs|best|allowerasing|setopt=(?:tsflags=nodocs|install_weak_deps=(?:0|False|false))))$/,
  alpine: /^(?:-[Uuqt]+|--(?:no-cache|update|quiet|update-cache|no-progress|virtual(?:=\..*)?))$/,
};

/** Commands of package managers that only fetch lists or tidy up, which `apk add --no-cache` does not need. */
const NEEDLESS = new Set(['update', 'clean', 'autoclean', 'autoremove', 'makecache', 'check-update']);
const UPGRADES = new Set(['upgrade', 'dist-upgrade', 'full-upgrade']);

/** Directories of package managers, and what `rm -rf` may name next to them without a loss. */
const LISTS = /^\/var\/(?:lib\/apt\/lists|cache\/(?:apt|yum|dnf|apk)|lib\/(?:dnf|yum))(?:\/(?!.*\.\.).*)?$/;
const TEMPORARY = /^\/(?:var\/)?tmp\/\*$/;
/** Redirections that leave no file behind, without white space. */
const NO_FILE = /^(?:\d*>&\d|(?:\d*|&)>>?\/dev\/null)*$/;

export function isPackageManager(program: string): boolean {
  return program in MANAGERS;
}

/** Packages that a command installs, by the names that Wolfi has for them; empty for every other command. */
export interface Installed {
  readonly rewrite: Rewrite;
  readonly packages: readonly string[];
}

/**
 * Rewrites a command of apt, dnf, yum or apk to the same with apk on Wolfi. Undefined for every other command. Fails with
 * a clause where a package has no known counterpart, or an option or a version decides something that would be lost.
 */
export function rewriteInstall(words: readonly ScriptWord[]): Result<Installed, string> | undefined {
  const first = words.findIndex(({ text }) => !/^[A-Za-z_]\w*=/.test(text));
  const program = words[first]?.text ?? '';
  const distribution = MANAGERS[program];
  if (distribution === undefined) return isRemovalOfLists(words) ? ok({ rewrite: 'remove', packages: [] }) : undefined;
  const redirected = words.findIndex(({ isRedirection }) => isRedirection);
  const own = words.slice(first + 1, redirected < 0 ? undefined : redirected);
  const open = own.find(({ isLiteral }) => !isLiteral);
  if (open !== undefined) return err(`\`${program}\` gets \`${open.text}\`, which only the build knows`);
  const verb = own.find(({ text }) => !text.startsWith('-'))?.text ?? '';
  if (distribution !== 'alpine' && NEEDLESS.has(verb)) {
    const target =
      redirected < 0
        ? ''
        : words
            .slice(redirected)
            .map(({ text }) => text)
            .join('');
    return NO_FILE.test(target)
      ? ok({ rewrite: 'remove', packages: [] })
      : err(`what \`${program} ${verb}\` writes with \`${target}\` is not understood`);
  }
  const isUpgrade = UPGRADES.has(verb) || (distribution === 'fedora' && verb === 'update');
  if (!isUpgrade && verb !== (distribution === 'alpine' ? 'add' : 'install')) {
    return distribution === 'alpine' && ['update', 'upgrade', 'del'].includes(verb)
      ? ok({ rewrite: 'keep', packages: [] })
      : err(`\`${program} ${verb}\` has no known counterpart`);
  }
  const found: string[] = [];
  let isVerb = true;
  const become: (string | null | undefined)[] = [];
  for (const { text } of own) {
    if (text.startsWith('-')) {
      if (!OPTIONS[distribution].test(text)) return err(`\`${program} ${verb} ${text}\` has no known counterpart`);
      become.push(distribution === 'alpine' ? undefined : null);
    } else if (isVerb) {
      isVerb = false;
      become.push(distribution === 'alpine' ? undefined : isUpgrade ? 'upgrade --no-cache' : 'add --no-cache');
    } else if (distribution === 'alpine' && text.startsWith('.')) {
      become.push(undefined);
    } else {
      const mapped = mapPackage(distribution, text);
      if (!mapped.ok) return mapped;
      const added = mapped.value.filter((name) => !found.includes(name));
      found.push(...added);
      const written = added.join(' ');
      become.push(written === '' ? null : written === text ? undefined : written);
    }
  }
  if (found.length === 0 && !isUpgrade) return ok({ rewrite: 'remove', packages: [] });
  if (distribution === 'alpine') return ok({ rewrite: 'keep', packages: found });
  const assignments = words.slice(0, first).map(({ text }) => (text.startsWith('DEBIAN_FRONTEND=') ? null : undefined));
  const rest = redirected < 0 ? [] : words.slice(redirected).map(() => undefined);
  return ok({ rewrite: [...assignments, 'apk', ...become, ...rest], packages: found });
}

function mapPackage(distribution: Distribution, text: string): Result<readonly string[], string> {
  const [name = '', version] = text.split(/[=<>~]/);
  if (version !== undefined) return err(`\`${text}\` asks for a version that Wolfi's package need not have`);
  if (/[/:]/.test(text)) return err(`\`${text}\` is no package of the distribution`);
  const mapped = wolfiPackages(distribution, name);
  return mapped === undefined ? err(`no counterpart of the package ${name} is known`) : ok(mapped);
}

/** `rm -rf /var/lib/apt/lists/*`, also with what lies in `/tmp`. */
function isRemovalOfLists(words: readonly ScriptWord[]): boolean {
  const [program, ...rest] = words.map(({ text }) => text);
  const paths = rest.filter((word) => !/^-[rRf]+$/.test(word));
  return (
    program === 'rm' &&
    paths.some((path) => LISTS.test(path)) &&
    paths.every((path) => LISTS.test(path) || TEMPORARY.test(path))
  );
}
