import { describe, expect, it } from 'vitest';
import { routeInfo } from '../wire/messages.ts';
import { RenderSession } from './render-session.ts';

const route = routeInfo.parse({});

function renderSession() {
	const clock = { now: 0 };
	const session = { id: 'user' } as ConstructorParameters<typeof RenderSession>[1];
	return { render: new RenderSession('render', session, () => clock.now), clock };
}

describe('a view', () => {
	it('waits 60 seconds for its browser, or as long as the browser said', () => {
		const { render, clock } = renderSession();
		render.mount('/default', route, 60_000);
		render.mount('/longer', route, 90_000);
		clock.now = 60_000;
		expect(render.findMount('/default')).not.toBeNull();
		clock.now = 60_001;
		expect(render.findMount('/default')).toBeNull();
		expect(render.findMount('/longer')).not.toBeNull();
	});

	it('stays while it is attached, and 300 seconds after its socket is lost', () => {
		const { render, clock } = renderSession();
		const link = { send: () => {}, drop: () => {} };
		const mount = render.mount('/', route, 60_000);
		render.connect(link);
		render.attach(mount, route, null);
		clock.now = 1_000_000;
		expect(render.findMount('/')).toBe(mount);
		render.disconnect(link);
		clock.now += 300_000;
		expect(render.findMount('/')).toBe(mount);
		clock.now += 1;
		expect(render.findMount('/')).toBeNull();
	});
});
