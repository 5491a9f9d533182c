/**
 * What the guide says of `express-session` and `passport` over a deploy: two versions of an app with both, and one browser's
 * cookies. With a store in memory signing in at the one signs out at the other; with one that both share no user notices. What
 * sign-in writes into the session of `pulse-app` both versions' channels would read, too.
 * Needs npm's registry and `redis-server`. `npm run build && jiti test/outside/express-sessions.ts`
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { redisServerMissing, startRedisServer } from '../../packages/pulse-railway/src/stores/testing/redis-server.ts';
import { ROOT } from '../repository/source-files.ts';
import { type RunningVersion, runVersion } from '../support/pasted-app.ts';
import { Verdict } from './fresh-stack.ts';

const PACKAGES = [
	'express@5.3.0',
	'express-session@1.19.0',
	'passport@0.7.0',
	'passport-local@1.0.0',
	'connect-redis@9',
	'redis@5',
];

const APP = `import express from 'express';
import session from 'express-session';
import passport from 'passport';
import { Strategy } from 'passport-local';
import { RedisStore } from 'connect-redis';
import { createClient } from 'redis';
import { App } from 'pulse-app';
import { RailwayPlugin, RailwaySessionStore } from 'pulse-railway';

const client = process.env.STORE ? createClient({ url: process.env.STORE }) : null;
passport.use(new Strategy((name, password, done) => done(null, password === 'secret' && { id: name })));
passport.serializeUser((user, done) => done(null, user.id));
passport.deserializeUser((id, done) => done(null, { id }));

const site = express();
site.use(session({
	...(client ? { store: new RedisStore({ client }) } : {}),
	secret: 'the same for all', resave: false, saveUninitialized: false,
}));
site.use(passport.session());
site.post('/login', express.urlencoded(), passport.authenticate('local'), async (request, response) => {
	const own = await app.session(request, response);
	await own.rotate();
	await own.set('user', request.user.id);
	response.send('in');
});
site.get('/who', async (request, response) => {
	const own = await app.session(request, response);
	response.send((request.user?.id ?? 'nobody') + ' ' + ((await own.get('user')) ?? 'nobody'));
});

export const app = new App({
	listener: site,
	plugins: [new RailwayPlugin()],
	sessionStore: new RailwaySessionStore({ fallback: 'memory' }),
	onStart: () => client?.connect(),
	onStop: () => client?.close(),
});
`;

/** One browser's cookies, which do not know of ports. */
class Visitor {
	readonly #cookies = new Map<string, string>();

	async ask(version: RunningVersion, path: string, body?: URLSearchParams): Promise<string> {
		const cookie = [...this.#cookies].map((pair) => pair.join('=')).join('; ');
		const url = `http://127.0.0.1:${version.port}${path}`;
		const response = await fetch(url, { headers: { cookie }, ...(body ? { method: 'POST', body } : {}) });
		for (const line of response.headers.getSetCookie()) {
			const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
			this.#cookies.set(name, value);
		}
		return response.text();
	}
}

const reason =
	redisServerMissing() ?? (spawnSync('npm', ['ping']).status === 0 ? null : "npm's registry cannot be reached");
if (reason !== null) {
	process.stdout.write(`Skipped: ${reason}.\n`);
	process.exit(0);
}
const folder = mkdtempSync(join(tmpdir(), 'pulse-express-sessions-'));
const verdict = new Verdict();
const redis = await startRedisServer();
try {
	writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
	writeFileSync(join(folder, 'app.ts'), APP);
	const made = spawnSync('npm', ['install', '--no-audit', '--no-fund', ...PACKAGES], { cwd: folder, encoding: 'utf8' });
	if (made.status !== 0) throw new Error(made.stderr);
	for (const name of ['pulse-app', 'pulse-railway'])
		symlinkSync(join(ROOT, 'packages', name), join(folder, 'node_modules', name));
	await overTwoVersions('in memory', {}, ['nobody nobody', 'nobody nobody']);
	await overTwoVersions('shared', { STORE: redis.url, PULSE_RAILWAY_REDIS_URL: redis.url }, ['ann ann', 'ann ann']);
} finally {
	await redis.stop();
	rmSync(folder, { recursive: true, force: true });
}
verdict.close('Sessions are as the guide says.');

/** `expected`: who the newest version says that the visitor is, and the old one once they have signed in at the newest. */
async function overTwoVersions(store: string, env: Readonly<Record<string, string>>, expected: readonly string[]) {
	const [blue, green] = await Promise.all([runVersion(folder, 'blue', env), runVersion(folder, 'green', env)]);
	try {
		const visitor = new Visitor();
		await visitor.ask(blue, '/login', new URLSearchParams({ username: 'ann', password: 'secret' }));
		verdict.report(`${store}: signed in at the first version`, 'ann ann', await visitor.ask(blue, '/who'));
		verdict.report(`${store}: at the second`, expected[0]!, await visitor.ask(green, '/who'));
		await visitor.ask(green, '/login', new URLSearchParams({ username: 'ann', password: 'secret' }));
		verdict.report(`${store}: signed in there, at the first`, expected[1]!, await visitor.ask(blue, '/who'));
	} finally {
		await Promise.all([blue.stop(), green.stop()]);
	}
}
