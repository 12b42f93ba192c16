// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.portmap;

import io.peerkit.api.InvalidBytesException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * An answer of a router's HTTP server.
 *
 * @param status 100 to 999
 * @param body what it says, as UTF-8
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9112">RFC 9112</a>
 */
record HttpAnswer(int status, String body) {
    /** The longest answer with its head, in bytes. Descriptions of devices have some 10,000. */
    static final int MAX_BYTES = 131_072;

    /** The longest head in bytes. */
    static final int MAX_HEAD_BYTES = 16_384;

    private static final int HEX_CHARACTERS = 6;

    /**
     * Reads an answer.
     *
     * @param bytes what came so far
     * @param ended whether no more will come
     * @return the answer, or empty when more must come
     * @throws InvalidBytesException when it is none, too long or cut off
     */
    static Optional<HttpAnswer> parse(byte[] bytes, boolean ended) {
        if (bytes.length > MAX_BYTES) {
            throw new InvalidBytesException("answer of the router of " + bytes.length + " bytes, at most " + MAX_BYTES);
        }
        int head = headEnd(bytes);
        if (head < 0) {
            if (ended || bytes.length > MAX_HEAD_BYTES) {
                throw new InvalidBytesException("answer of the router has no end of its head");
            }
            return Optional.empty();
        }
        List<String> lines =
                new String(bytes, 0, head, StandardCharsets.ISO_8859_1).lines().toList();
        int status = status(lines.get(0));
        Optional<byte[]> body = body(bytes, head, lines, ended);
        return body.map(content -> new HttpAnswer(status, new String(content, StandardCharsets.UTF_8)));
    }

    private static int headEnd(byte[] bytes) {
        for (int i = 3; i < bytes.length && i < MAX_HEAD_BYTES; i++) {
            if (bytes[i] == '\n' && bytes[i - 1] == '\r' && bytes[i - 2] == '\n' && bytes[i - 3] == '\r') {
                return i + 1;
            }
        }
        return -1;
    }

    private static int status(String line) {
        if (!line.matches("HTTP/1\\.[01] [1-9][0-9]{2}( .*)?")) {
            throw new InvalidBytesException("answer of the router is not of HTTP/1.1");
        }
        return Integer.parseInt(line.substring(9, 12));
    }

    private static Optional<byte[]> body(byte[] bytes, int head, List<String> lines, boolean ended) {
        Optional<String> coding = header(lines, "transfer-encoding");
        if (coding.isPresent()) {
            if (!coding.get().equalsIgnoreCase("chunked")) {
                throw new InvalidBytesException("answer of the router is coded in a way that was not asked for");
            }
            return chunks(bytes, head, ended);
        }
        int there = bytes.length - head;
        Optional<String> length = header(lines, "content-length");
        if (length.isEmpty()) {
            return ended ? Optional.of(slice(bytes, head, there)) : Optional.empty();
        }
        if (!length.get().matches("[0-9]{1,6}") || Integer.parseInt(length.get()) > MAX_BYTES) {
            throw new InvalidBytesException("answer of the router states a length that is none, at most " + MAX_BYTES);
        }
        int stated = Integer.parseInt(length.get());
        if (there >= stated) {
            return Optional.of(slice(bytes, head, stated));
        }
        return more(ended);
    }

    private static Optional<byte[]> chunks(byte[] bytes, int head, boolean ended) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        int at = head;
        for (; ; ) {
            int line = at;
            while (line < bytes.length && bytes[line] != '\n') {
                line++;
            }
            if (line == bytes.length) {
                return more(ended);
            }
            int length = chunkLength(new String(bytes, at, line - at, StandardCharsets.ISO_8859_1));
            at = line + 1;
            if (length == 0) {
                return Optional.of(body.toByteArray()); // what may follow is of no interest
            }
            if (bytes.length - at < length + 2) {
                return more(ended);
            }
            body.write(bytes, at, length);
            at += length + 2;
        }
    }

    private static int chunkLength(String line) {
        int extension = line.indexOf(';');
        String digits = (extension < 0 ? line : line.substring(0, extension)).strip();
        if (digits.length() > HEX_CHARACTERS || !digits.matches("[0-9a-fA-F]+")) {
            throw new InvalidBytesException("answer of the router has a chunk without a length");
        }
        return Integer.parseInt(digits, 16);
    }

    private static Optional<byte[]> more(boolean ended) {
        if (ended) {
            throw new InvalidBytesException("answer of the router is cut off");
        }
        return Optional.empty();
    }

    private static Optional<String> header(List<String> lines, String name) {
        return lines.stream()
                .skip(1)
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst();
    }

    private static byte[] slice(byte[] bytes, int from, int length) {
        byte[] part = new byte[length];
        System.arraycopy(bytes, from, part, 0, length);
        return part;
    }
}
