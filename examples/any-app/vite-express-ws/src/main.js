import logo from './logo.svg';

const by = (id) => document.getElementById(id);
by('version').textContent = __VERSION__;
by('logo').src = logo;
by('guests').textContent = new URLSearchParams(location.search).get('guests');

const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/room`);
socket.onmessage = ({ data }) => by('said').append(Object.assign(document.createElement('li'), { textContent: data }));
by('say').onsubmit = (event) => {
	event.preventDefault();
	socket.send(new FormData(event.target).get('text'));
	event.target.reset();
};
by('file').onchange = async () => {
	const response = await fetch('/files', { method: 'POST', body: by('file').files[0] });
	by('stored').textContent = await response.text();
};
by('statistics').onclick = async () => {
	const { statistics } = await import('./statistics.js'); // a chunk that is loaded when it is asked for
	by('numbers').textContent = statistics([...by('said').children].map((said) => said.textContent));
};
