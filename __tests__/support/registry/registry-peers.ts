import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestCertificate } from './registry-certificate.js';

/** An independent registry in a process of its own, on loopback. */
export interface PeerRegistry {
  readonly host: string;
  close(): Promise<void>;
}

export interface DockerRegistryOptions {
  readonly tls?: TestCertificate;
  /** A line of an htpasswd file. */
  readonly htpasswd?: string;
  readonly token?: {
    readonly realm: string;
    readonly service: string;
    readonly issuer: string;
    readonly certificate: string;
  };
}

/** Docker's own registry, as Debian packages it. @see https://distribution.github.io/distribution/about/configuration/ */
export async function startDockerRegistry(options: DockerRegistryOptions = {}): Promise<PeerRegistry> {
  const directory = await mkdtemp(join(tmpdir(), 'docker-registry-'));
  const port = await freePort();
  const file = async (name: string, content: string) => {
    await writeFile(join(directory, name), content);
    return join(directory, name);
  };
  const { tls, htpasswd, token } = options;
  const configuration = {
    version: 0.1,
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: directory } },
    http: {
      addr: `127.0.0.1:${port}`,
      ...(tls === undefined
        ? {}
        : { tls: { certificate: await file('tls.pem', tls.cert), key: await file('tls.key', tls.key) } }),
    },
    ...(htpasswd === undefined
      ? {}
      : { auth: { htpasswd: { realm: 'test registry', path: await file('htpasswd', `${htpasswd}\n`) } } }),
    ...(token === undefined
      ? {}
      : {
          auth: {
            token: {
              realm: token.realm,
              service: token.service,
              issuer: token.issuer,
              rootcertbundle: await file('issuer.pem', token.certificate),
            },
          },
        }),
  };
  // JSON is YAML.
  const path = await file('config.yml', JSON.stringify(configuration));
  return started(spawn('docker-registry', ['serve', path], { stdio: 'ignore' }), port, directory);
}

/** The registry of go-containerregistry, with the referrers API. */
export async function startReferrersRegistry(): Promise<PeerRegistry> {
  const port = await freePort();
  return started(spawn('referrers-registry', [`127.0.0.1:${port}`], { stdio: 'ignore' }), port);
}

/** Runs a program to its end and gives what it printed; throws with what it complained about. */
export function run(
  program: string,
  arguments_: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { env: { ...process.env, ...environment }, maxBuffer: 64 * 1024 * 1024 };
    execFile(program, [...arguments_], options, (error, output, complaint) => {
      if (error === null) resolve(output);
      else reject(new Error(`${program} ${arguments_.join(' ')}: ${complaint}`));
    });
  });
}

async function started(child: ChildProcess, port: number, directory?: string): Promise<PeerRegistry> {
  const ended = once(child, 'exit');
  while (!(await accepts(port))) {
    if (child.exitCode !== null) throw new Error(`${child.spawnargs.join(' ')} ended with ${child.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    host: `127.0.0.1:${port}`,
    async close() {
      child.kill('SIGKILL');
      await ended;
      if (directory !== undefined) await rm(directory, { recursive: true, force: true });
    },
  };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A TCP server's address is never a string or null once it listens.
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
