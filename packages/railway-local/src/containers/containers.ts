import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProcess } from 'pulse-deploy-kit/run-process';
import { replaceFile } from '../atomic-file.ts';
import { engineEnvironment } from '../host-environment.ts';
import { shellQuote } from '../shell-quote.ts';
import { findEngine } from './find-engine.ts';

/** Containers and images of one platform. All of them carry its label, and nothing without it is touched. */
export interface Containers {
	/** One line for people. */
	readonly text: string;
	/** The engine's command. */
	readonly program: string;
	/** What that command needs of the machine's environment. */
	readonly env: Readonly<Record<string, string>>;
	/** `--label` and its value. */
	readonly label: readonly string[];
	/** A shell command line that ends every container of this platform, for the process that outlives it. */
	readonly cleanup: string;
	tagOf(deploymentId: string): string;
	/** Rejects where it is gone already. */
	remove(name: string): Promise<void>;
	/** Where there is one. */
	removeImage(deploymentId: string): Promise<void>;
	removeAll(): Promise<void>;
	/** Images of deployments that are over. @param isKept by deployment id */
	removeImages(isKept: (deploymentId: string) => boolean): Promise<void>;
}

const FILE = 'containers.json';
const LABEL = 'pulse-railway.local';
const REPOSITORY = 'pulse-railway-local';
const ENDS_MS = 30_000;

interface Recorded {
	readonly id: string;
	readonly program: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws DeployToolError `local-no-engine` */
export async function openContainers(root: string, env: Environment): Promise<Containers> {
	const { program, text } = await findEngine(env);
	const id = recorded(root)?.id ?? randomUUID();
	replaceFile(join(root, FILE), JSON.stringify({ id, program } satisfies Recorded));
	return containersOf(root, { id, program }, env, text);
}

/** Those of a platform in this folder that had an engine; `null`: none had. */
export function formerContainers(root: string, env: Environment): Containers | null {
	const before = recorded(root);
	return before === null || !existsSync(before.program) ? null : containersOf(root, before, env, before.program);
}

function recorded(root: string): Recorded | null {
	try {
		const { id, program } = JSON.parse(readFileSync(join(root, FILE), 'utf8')) as Partial<Recorded>;
		return typeof id === 'string' && typeof program === 'string' ? { id, program } : null;
	} catch {
		return null;
	}
}

function containersOf(root: string, { id, program }: Recorded, env: Environment, text: string): Containers {
	// With the folder, because a copy of it is another platform, and without it alone, because other machines have such a folder.
	const own = createHash('sha256').update(`${id} ${root}`).digest('hex').slice(0, 32);
	const filter = ['--filter', `label=${LABEL}=${own}`];
	const environment = engineEnvironment(env);
	const run = async (args: readonly string[]): Promise<string[]> => {
		const signal = AbortSignal.timeout(ENDS_MS);
		const { exitCode, stdout, stderr } = await runProcess({ command: program, args, env: environment, signal });
		if (exitCode !== 0) throw new Error(stderr.trim().split('\n')[0] || `${program} ${args[0]} failed`);
		return stdout.split('\n').filter((line) => line !== '');
	};
	const tagOf = (deploymentId: string) => `${REPOSITORY}:${deploymentId}`;
	const list = ['ps', '--all', '--quiet', ...filter];
	const ends = ['rm', '--force', '--volumes'];
	const line = (args: readonly string[]) => [program, ...args].map(shellQuote).join(' ');
	const forceRemove = (image: string) =>
		run(['image', 'rm', '--force', image]).then(
			() => {},
			() => {},
		);
	const removeImage = (deploymentId: string) => forceRemove(tagOf(deploymentId));
	return {
		text,
		program,
		env: environment,
		label: ['--label', `${LABEL}=${own}`],
		cleanup: `ids=$(${line(list)}); [ -z "$ids" ] || ${line(ends)} $ids`,
		tagOf,
		removeImage,
		remove: async (name) => void (await run([...ends, name])),
		async removeAll() {
			const ids = await run(list);
			if (ids.length > 0) await run([...ends, ...ids]);
		},
		async removeImages(isKept) {
			for (const listed of await run(['images', ...filter, '--format', '{{.Tag}} {{.ID}}'])) {
				const [tag = '', image = ''] = listed.split(' ');
				// Podman keeps steps of a build that failed as images without a name.
				if (tag === '<none>') await forceRemove(image);
				else if (!isKept(tag)) await removeImage(tag);
			}
		},
	};
}
