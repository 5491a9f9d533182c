import { afterEach, beforeEach, expect, test } from 'vitest';
import { openPlatform } from './open-platform.ts';
import {
	data,
	dropped,
	errors,
	type Hazard,
	type HazardServer,
	reply,
	startHazardServer,
} from './testing/hazard-server.ts';

let server: HazardServer;
beforeEach(async () => {
	server = await startHazardServer();
});
afterEach(() => server.close());

const owners = (iacPartials: unknown) => data({ environment: { iacPartials } });

test.each<[string, Hazard, boolean]>([
	['a whole-project file', owners({ 'service.web': 'api', 'service.router': '*' }), true],
	['partials alone', owners({ 'service.web': 'api' }), false],
	['nothing', owners(null), false],
	['nonsense', owners('x'), false],
	['no such field', reply(400, JSON.stringify({ errors: [{ message: 'Cannot query field "iacPartials"' }] })), false],
	['a refusal', errors('Not Authorized'), false],
	['no answer', dropped, false],
])('where the environment tells of %s', async (_, answer, expected) => {
	server.on('readOwners', answer);
	const platform = openPlatform(server.connect(), { projectId: 'p', environmentId: 'e' });
	expect(await platform.isWholeProject(new AbortController().signal)).toBe(expected);
});
