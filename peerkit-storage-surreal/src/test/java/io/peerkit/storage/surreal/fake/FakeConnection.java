// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.fake;

import static java.util.Objects.requireNonNull;

import io.peerkit.storage.surreal.internal.value.ValueReader;
import io.peerkit.storage.surreal.internal.value.ValueWriter;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The server's side of a WebSocket (RFC 6455), as much of it as the JDK's client uses: the handshake, masked frames in, whole frames
 * out.
 */
public final class FakeConnection implements Runnable {
    private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int MAX_HEADER_BYTES = 8_192;
    private static final int MAX_FRAME_BYTES = 64 << 20;
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;

    private final Socket socket;
    private final FakeScript script;
    private final List<FakeScript.Request> requests = new CopyOnWriteArrayList<>();

    FakeConnection(Socket socket, FakeScript script) {
        this.socket = socket;
        this.script = script;
    }

    /** What came so far. */
    public List<FakeScript.Request> requests() {
        return requests;
    }

    @Override
    public void run() {
        try (socket) {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            handshake(in);
            while (handle(in)) {
                // the next frame
            }
        } catch (IOException | UncheckedIOException e) {
            drop();
        }
    }

    /** Answers a request. */
    public void answer(long id, Object result) {
        send(Map.<String, Object>of("id", id, "result", result));
    }

    /** Refuses a request. */
    public void refuse(long id, String kind, String detail, String message) {
        send(Map.<String, Object>of(
                "id",
                id,
                "error",
                Map.<String, Object>of(
                        "code", -32_000, "kind", kind, "details", Map.of("kind", detail), "message", message)));
    }

    /** Sends any value. */
    public void send(Object value) {
        sendBytes(ValueWriter.encode(value, MAX_FRAME_BYTES));
    }

    /** Sends any bytes as a binary message. */
    public void sendBytes(byte[] bytes) {
        frame(BINARY, bytes);
    }

    /** Sends a text message, which this protocol never has. */
    public void sendText(String text) {
        frame(TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Drops the connection without a word. */
    public void drop() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void handshake(DataInputStream in) throws IOException {
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        while (!header.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
            if (header.size() > MAX_HEADER_BYTES) {
                throw new IOException("header of more than " + MAX_HEADER_BYTES + " bytes");
            }
            header.write(in.readUnsignedByte());
        }
        String key = header.toString(StandardCharsets.US_ASCII)
                .lines()
                .filter(line -> line.regionMatches(true, 0, "Sec-WebSocket-Key:", 0, 18))
                .map(line -> line.substring(18).trim())
                .findFirst()
                .orElseThrow(() -> new IOException("no WebSocket handshake"));
        write(
                ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: cbor\r\n"
                                + "Sec-WebSocket-Accept: " + accept(key) + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
    }

    private static String accept(String key) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-1").digest((key + MAGIC).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-1", e);
        }
    }

    private boolean handle(DataInputStream in) throws IOException {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        while (true) {
            int first = in.readUnsignedByte();
            byte[] payload = payload(in);
            switch (first & 15) {
                case CLOSE -> {
                    return false;
                }
                case PING -> frame(PONG, payload);
                case PONG -> {}
                default -> {
                    message.write(payload);
                    if ((first & 0x80) != 0) {
                        received(message.toByteArray());
                        return true;
                    }
                }
            }
        }
    }

    private static byte[] payload(DataInputStream in) throws IOException {
        int second = in.readUnsignedByte();
        long length = second & 0x7f;
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            length = in.readLong();
        }
        if (length < 0 || length > MAX_FRAME_BYTES || (second & 0x80) == 0) {
            throw new IOException("frame of " + length + " bytes, or without a mask");
        }
        byte[] mask = in.readNBytes(4);
        byte[] payload = in.readNBytes((int) length);
        for (int i = 0; i < payload.length; i++) {
            payload[i] ^= mask[i & 3];
        }
        return payload;
    }

    private void received(byte[] message) {
        Map<?, ?> fields = (Map<?, ?>) ValueReader.read(message);
        FakeScript.Request request = new FakeScript.Request(
                (Long) requireNonNull(fields.get("id")), (String) requireNonNull(fields.get("method")), (List<?>)
                        requireNonNull(fields.get("params")));
        requests.add(request);
        script.handle(this, request);
    }

    private void frame(int opcode, byte[] payload) {
        ByteBuffer head = ByteBuffer.allocate(10).put((byte) (0x80 | opcode));
        if (payload.length < 126) {
            head.put((byte) payload.length);
        } else if (payload.length <= 0xffff) {
            head.put((byte) 126).putShort((short) payload.length);
        } else {
            head.put((byte) 127).putLong(payload.length);
        }
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(head.array(), 0, head.position());
        frame.writeBytes(payload);
        write(frame.toByteArray());
    }

    private synchronized void write(byte[] bytes) {
        try {
            OutputStream out = socket.getOutputStream();
            out.write(bytes);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
