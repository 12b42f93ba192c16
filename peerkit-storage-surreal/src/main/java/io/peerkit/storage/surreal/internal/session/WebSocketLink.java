// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.session;

import io.peerkit.storage.surreal.internal.rpc.RpcCodec;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One of a session's sockets, through all its connections. One frame is written at a time, as the JDK asks for; the next message is
 * asked for when the last one was handled. Its lock guards what stands between threads.
 */
final class WebSocketLink {
    /** Where a socket reports to, on threads of the HTTP client. */
    interface Reports {
        void opened(int link, long attempt);

        void received(int link, long attempt, byte[] frame, Runnable next);

        void lost(int link, long attempt, String reason);
    }

    private static final String SUBPROTOCOL = "cbor";

    private final HttpClient client;
    private final URI uri;
    private final int index;
    private final Duration timeout;
    private final Reports reports;
    private final Deque<byte[]> toSend = new ArrayDeque<>();
    private @Nullable WebSocket socket;
    private long attempt;
    private boolean sending;

    WebSocketLink(HttpClient client, URI uri, int index, Duration timeout, Reports reports) {
        this.client = client;
        this.uri = uri;
        this.index = index;
        this.timeout = timeout;
        this.reports = reports;
    }

    synchronized void open(long number) {
        attempt = number;
        toSend.clear();
        sending = false;
        var unused = client.newWebSocketBuilder()
                .subprotocols(SUBPROTOCOL)
                .connectTimeout(timeout)
                .buildAsync(uri, new Listener(number))
                .whenComplete((opened, failure) -> {
                    if (failure != null) {
                        reports.lost(index, number, reason(failure));
                    } else if (!take(opened, number)) {
                        opened.abort();
                    } else if (!opened.getSubprotocol().equals(SUBPROTOCOL)) {
                        reports.lost(index, number, "the server does not speak the sub-protocol cbor");
                    } else {
                        reports.opened(index, number);
                    }
                });
    }

    private synchronized boolean take(WebSocket opened, long number) {
        if (attempt != number) {
            return false;
        }
        socket = opened;
        return true;
    }

    synchronized void send(byte[] frame) {
        toSend.add(frame);
        sendNext(attempt);
    }

    private synchronized void sendNext(long number) {
        WebSocket current = socket;
        if (sending || current == null || number != attempt || toSend.isEmpty()) {
            return;
        }
        sending = true;
        var unused = current.sendBinary(ByteBuffer.wrap(toSend.remove()), true).whenComplete((sent, failure) -> {
            if (failure != null) {
                reports.lost(index, number, reason(failure));
            } else {
                sentOne(number);
            }
        });
    }

    private synchronized void sentOne(long number) {
        if (number == attempt) {
            sending = false;
            sendNext(number);
        }
    }

    synchronized void shut() {
        attempt = -1;
        toSend.clear();
        if (socket != null) {
            socket.abort();
            socket = null;
        }
    }

    /** Never the exception itself: one of a handshake can carry the request with it. */
    private static String reason(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause.getMessage() == null
                ? cause.getClass().getSimpleName()
                : cause.getClass().getSimpleName() + " (" + cause.getMessage() + ")";
    }

    /** Puts messages together. The client calls it for one piece at a time. */
    private final class Listener implements WebSocket.Listener {
        private final long number;
        private final ByteArrayOutputStream message = new ByteArrayOutputStream();

        Listener(long number) {
            this.number = number;
        }

        @Override
        public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer piece, boolean last) {
            if (message.size() + piece.remaining() > RpcCodec.MAX_ANSWER_BYTES) {
                reports.lost(
                        index,
                        number,
                        "message of more than " + RpcCodec.MAX_ANSWER_BYTES + " bytes, which is the most");
                from.abort();
                return null;
            }
            byte[] bytes = new byte[piece.remaining()];
            piece.get(bytes);
            message.write(bytes, 0, bytes.length);
            if (last) {
                byte[] whole = message.toByteArray();
                message.reset();
                reports.received(index, number, whole, () -> from.request(1));
            } else {
                from.request(1);
            }
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence piece, boolean last) {
            reports.lost(index, number, "the server sent text, not CBOR");
            from.abort();
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket from, int status, String reason) {
            reports.lost(index, number, "the server closed it with status " + status);
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable failure) {
            reports.lost(index, number, WebSocketLink.reason(failure));
        }
    }
}
