import { PulseError } from '../errors.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** What the variables of the process say about how the app runs. */
export interface Environment {
	readonly mode: 'prod' | 'ci' | 'dev';
	/** Public origin of the app, e.g. `https://example.com`; `null` outside production when not given. */
	readonly serverAddress: URL | null;
	/** `PULSE_SECRET`: signs session cookies and session ids. */
	readonly secret: string | null;
	readonly env: Env;
}

export interface EnvironmentOverrides {
	readonly mode?: 'prod' | 'ci' | 'dev';
	readonly serverAddress?: string;
}

/** `PULSE_ENV` (`prod`, `ci` or `dev`, the default), `PULSE_SERVER_ADDRESS`, `PULSE_SECRET`. Overrides win. */
export function readEnvironment(overrides: EnvironmentOverrides = {}, env: Env = process.env): Environment {
	const mode = overrides.mode ?? readMode(env.PULSE_ENV);
	const text = overrides.serverAddress?.trim() || env.PULSE_SERVER_ADDRESS?.trim() || null;
	const serverAddress = text === null ? null : readAddress(text);
	if (mode === 'prod') requireSafeAddress(serverAddress);
	return { mode, serverAddress, secret: env.PULSE_SECRET || null, env };
}

/** `--prod`: before the app's own modules load, because they may ask for the mode. */
export function enterProduction(): void {
	process.env.PULSE_ENV = 'prod';
}

/** Whether a developer is at work, who may keep variables in an `.env` file. */
export function isDevelopment(env: Env = process.env): boolean {
	return readMode(env.PULSE_ENV) === 'dev';
}

/** Where `pulse run` listens unless told: under development other machines in the same network are not meant to see the app. */
export function defaultAddress(env: Env = process.env): string {
	return isDevelopment(env) ? '127.0.0.1' : '::';
}

function readMode(text: string | undefined): Environment['mode'] {
	if (text === undefined || text === '') return 'dev';
	if (text === 'prod' || text === 'ci' || text === 'dev') return text;
	throw new PulseError('invalid-environment', `PULSE_ENV must be prod, ci or dev, got '${text}'.`);
}

function readAddress(text: string): URL {
	const url = URL.canParse(text) ? new URL(text) : null;
	if (url === null || !['http:', 'https:'].includes(url.protocol)) {
		throw new PulseError('invalid-server-address', `The server address '${text}' is not an http(s) URL.`, {
			next: 'Set PULSE_SERVER_ADDRESS, e.g. https://example.com',
		});
	}
	return url;
}

/** Session cookies travel to this address, so plain http is for this machine only (contract P1.11). */
function requireSafeAddress(address: URL | null): void {
	const next = 'Set PULSE_SERVER_ADDRESS to the public https address of the app (http is accepted for localhost).';
	if (address === null) throw new PulseError('missing-server-address', 'Production needs a server address.', { next });
	if (address.protocol === 'http:' && !isLoopback(address.hostname)) {
		throw new PulseError('insecure-server-address', `Production needs an https address, got '${address.origin}'.`, {
			next,
		});
	}
}

function isLoopback(hostname: string): boolean {
	return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
