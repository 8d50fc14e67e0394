import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** GitHub's style sheet, and the Mermaid whose syntax GitHub's is. Fetched where they are needed, since they are large. */
export const STYLE = 'github-markdown-css@5.9.0';
export const MERMAID = 'mermaid@11.17.2';

/** Unpacks a package of npm into a directory, without what it depends on, and returns where it lies. */
export function fetchPackage(name: string, directory: string): string {
  const into = join(directory, name.replace(/@.*$/, ''));
  mkdirSync(into, { recursive: true });
  const packing = ['pack', '--silent', '--pack-destination', into, name];
  const packed = execFileSync('npm', packing, { encoding: 'utf8' }).trim();
  execFileSync('tar', ['-xzf', join(into, packed), '-C', into]);
  return join(into, 'package');
}
