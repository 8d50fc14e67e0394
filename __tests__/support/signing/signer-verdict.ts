import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collectSignatures } from '../../../src/signatures/collect-signatures.js';
import { collectStatements } from '../../../src/signatures/collect-statements.js';
import type { Case } from './signer-case.js';
import { allowEntry, collectContext, layoutSource, reference, resolvedImage } from './signer-context.js';
import type { Scene } from './signer-forgery.js';

const NAME = 'registry.example/base:latest';

export interface OurVerdict {
  readonly verdict: 'passed' | 'refused';
  readonly why: string;
}

/** What this program says of a case, through the same collectors that a run uses. */
export async function ourVerdict(scene: Scene, made: Case): Promise<OurVerdict> {
  const directory = mkdtempSync(join(tmpdir(), 'signatures-case-'));
  try {
    return await verdictIn(directory, scene, made);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function verdictIn(directory: string, scene: Scene, made: Case): Promise<OurVerdict> {
  const trustedRootFile = join(directory, 'trusted_root.json');
  writeFileSync(trustedRootFile, JSON.stringify(made.trustedRoot));
  const context = collectContext({
    entry: allowEntry([made.asked]),
    trustedRootFile,
    source: await layoutSource(
      [
        { content: scene.index, name: NAME },
        { content: scene.platform },
        { content: scene.otherImage },
        ...made.pushed.map(({ content, tag }) => ({
          content,
          ...(tag === undefined ? {} : { name: `registry.example/base:${tag}` }),
        })),
      ],
      join(directory, 'layout'),
    ),
    image: resolvedImage(reference(NAME), made.subject),
    // The fixtures' times lie within an hour of now.
    now: new Date(scene.sigstore.now.getTime() + 3_600_000),
  });
  if (made.form.endsWith('attestation')) {
    const evidence = await collectStatements(context);
    if (evidence.status !== 'present') return { verdict: 'refused', why: evidence.status };
    const wanted = evidence.value.verified.filter(({ predicateType }) => predicateType === made.type);
    return wanted.length > 0 ? passed(wanted[0]?.place) : refused(evidence.value.rejected, 'no statement of the type');
  }
  const evidence = await collectSignatures(context);
  if (evidence.status !== 'present') return { verdict: 'refused', why: evidence.status };
  const { verified, rejected } = evidence.value;
  return verified.length > 0 ? passed(verified[0]?.place) : refused(rejected, 'no signature');
}

function passed(place = ''): OurVerdict {
  return { verdict: 'passed', why: place };
}

function refused(rejected: readonly { readonly code: string }[], otherwise: string): OurVerdict {
  return { verdict: 'refused', why: rejected[0]?.code ?? otherwise };
}
