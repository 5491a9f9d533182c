import { delimiter, dirname } from 'node:path';

const BASICS = ['HOME', 'USER', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'SHELL'];
/** What npm needs to reach its registry from behind a company's proxy. */
const NPM = /^(npm_config_.*|https?_proxy|no_proxy|all_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE)$/i;
/** Set by `npm run` around this process, and about its own project. */
const NPM_CONTEXT =
	/^npm_config_(local_prefix|prefix|global_prefix|noproxy|node_gyp|user_agent|_auth|.*token.*|.*password.*)$/i;

/** What a service sees of the machine: never the user's tokens or settings. */
export function serviceBasics(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
	return pick(env, (name) => BASICS.includes(name));
}

export function npmEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
	return {
		...serviceBasics(env),
		...pick(env, (name) => NPM.test(name) && !NPM_CONTEXT.test(name)),
		PATH: machinePath(env),
		CI: '1',
	};
}

/** Where a container engine is, and how it reaches its registries. */
const ENGINE = /^((DOCKER|CONTAINERS?|BUILDAH|BUILDKIT|BUILDX|XDG|REGISTRY)_.*|SSH_AUTH_SOCK|(https?|no|all)_proxy)$/i;

/** For the engine's own command. */
export function engineEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
	return { ...serviceBasics(env), ...pick(env, (name) => ENGINE.test(name)), PATH: env.PATH ?? '' };
}

/** This very Node first, so that a service never runs under another one. */
export function machinePath(env: Readonly<Record<string, string | undefined>>): string {
	const path = (env.PATH ?? '/usr/local/bin:/usr/bin:/bin').split(delimiter);
	// Started by `npx` or `npm run`, the developer's own tools stand in front: a service must bring its own.
	return [dirname(process.execPath), ...path.filter((folder) => !/[\\/]node_modules[\\/]/.test(`${folder}/`))].join(
		delimiter,
	);
}

function pick(env: Readonly<Record<string, string | undefined>>, wanted: (name: string) => boolean) {
	return Object.fromEntries(
		Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined && wanted(entry[0])),
	);
}
