import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type KnownImage = 'router' | 'janitor' | 'redis';

/** There is no container engine here: these images are run as programs of this machine. */
export function knownImage(image: string): KnownImage | null {
	const repository = image.replace(/@sha256:.*$/, '').replace(/:[^/:]*$/, '');
	const name = repository.split('/').at(-1);
	if (name === 'pulse-railway-router') return 'router';
	if (name === 'pulse-railway-janitor') return 'janitor';
	if (name === 'redis') return 'redis';
	return null;
}

export const IMAGE_COMMANDS: Readonly<Record<KnownImage, string>> = {
	router: 'pulse-railway router',
	janitor: 'pulse-railway janitor run',
	redis: 'redis-server',
};

/** The password stands in a file that only the owner reads, because a process's arguments are public. */
export function writeRedisConfig(dir: string, port: number, password: string): string {
	mkdirSync(dir, { recursive: true, mode: 0o700 });
	const path = join(dir, 'redis.conf');
	const lines = [
		'bind 127.0.0.1',
		`port ${port}`,
		`dir ${quoteRedis(dir)}`,
		'daemonize no',
		'appendonly yes',
		...(password === '' ? [] : [`requirepass ${quoteRedis(password)}`]),
	];
	writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o600 });
	return path;
}

/** Escapes line ends as well: what follows one would be a directive of its own. */
const quoteRedis = (text: string): string =>
	`"${text.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r')}"`;
