import { expect, test } from 'vitest';
import { imagePorts, withOwnPort } from './own-port.ts';

test.each([
	['streamlit run app.py --server.port=8501', 'streamlit run app.py --server.port=4000'],
	['gunicorn -b 0.0.0.0:8501 app', 'gunicorn -b 0.0.0.0:4000 app'],
	["sh -c 'serve --port 8501'", "sh -c 'serve --port 4000'"],
	['serve 85010 18501 8501.5 v8501', 'serve 85010 18501 8501.5 v8501'],
	[`sh -c 'serve --port "\${PORT:-8501}"'`, `sh -c 'serve --port "\${PORT:-8501}"'`],
])('%s', (command, own) => expect(withOwnPort(command, '8501', 4000)).toBe(own));

test('a service that says no port starts as it is', () => {
	expect(withOwnPort('serve --port 8501', undefined, 4000)).toBe('serve --port 8501');
});

test('variables of the image that name the port name the own one', () => {
	const env = { STREAMLIT_SERVER_PORT: '8501', RETRIES: '8501', OTHER_PORT: '80' };
	expect(imagePorts(env, '8501', 4000)).toEqual({ ...env, STREAMLIT_SERVER_PORT: '4000' });
});
