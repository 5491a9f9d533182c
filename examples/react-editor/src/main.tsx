import { banner } from 'pulse-app/client/banner';
import { startPulse } from 'pulse-app/react';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { io } from 'socket.io-client';
import { Editor } from './editor.tsx';

startPulse({ io, onUpdate: banner() });
createRoot(document.getElementById('root') as HTMLElement).render(
	<StrictMode>
		<Editor />
	</StrictMode>,
);
