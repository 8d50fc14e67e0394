import { basename, isAbsolute, join, relative, resolve } from 'node:path';
import { POLICY_SCHEMA_URL } from '../policy/policy.js';
import { readPolicyFile, readStores, type StoreFile } from '../signatures/notation/configuration.js';
import type { CommandIo, ExitCode } from './command.js';
import { type ConfiguredStatement, policyPath, proposeFromNotation } from './propose-notation.js';

/** Where a policy keeps the certificates of a configuration that lies outside its repository. */
const CERTIFICATES = '.github/notation';

/** `policy init --notation-config DIR`: prints a policy that allows what notation's trust policy verifies. */
export async function initFromNotation(directory: string, io: CommandIo): Promise<ExitCode> {
  const configuration = resolve(io.cwd, directory);
  const statements = await readPolicyFile(configuration);
  if (!statements.ok) {
    io.stderr(`policy init: ${statements.error}\n`);
    return 3;
  }
  const inside = relative(io.cwd, configuration);
  const isInside = inside !== '' && !inside.startsWith('..') && !isAbsolute(inside);
  const configured: ConfiguredStatement[] = [];
  for (const statement of statements.value) {
    const files = await readStores(configuration, statement);
    if (!files.ok) {
      io.stderr(`policy init: ${files.error}\n`);
      return 3;
    }
    const pathOf = (file: StoreFile) =>
      isInside
        ? policyPath(relative(io.cwd, file.path))
        : policyPath(CERTIFICATES, file.type, file.store, basename(file.path));
    configured.push({ statement, files: files.value, pathOf });
  }
  io.stdout(proposeFromNotation(configured, POLICY_SCHEMA_URL));
  if (!isInside)
    io.stderr(
      `Copy ${join(directory, 'truststore/x509')} to ${CERTIFICATES}: policies read their certificates from their own repository.\n`,
    );
  return 0;
}
