// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.portmap;

import io.peerkit.api.InvalidBytesException;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Exchanges with a router, all of them bounded in time and length. One at a time; {@link #abort} may come from any thread. */
final class RouterSockets {
    /** The first wait for an answer by UDP; each further one is twice as long, as RFC 6886, section 3.1, has it. */
    private static final Duration FIRST_WAIT = Duration.ofMillis(250);

    /** How often a question is sent by UDP: an answer is waited for 3.75 s in all. */
    private static final int SENDINGS = 4;

    /** Datagrams that are no answer and are passed over for one question. */
    private static final int MAX_STRAYS = 32;

    /** The most answers to a search that are looked at. */
    private static final int MAX_FOUND = 8;

    private static final Duration HTTP_LIMIT = Duration.ofSeconds(5);
    private static final int READ_BYTES = 4_096;

    private volatile @Nullable Closeable current;
    private volatile boolean aborted;

    /** Makes sense of a datagram. */
    interface Reader<T> {
        /**
         * Reads.
         *
         * @throws InvalidBytesException when it is not the answer; the next one may be
         * @throws PortMapException when it is a refusal
         */
        T read(byte[] bytes) throws PortMapException;
    }

    /** A device that answered a search. */
    record Found(InetAddress router, URI location) {}

    /** Ends the exchange that is under way, and only that one. */
    void abort() {
        Closeable open = current;
        aborted = true;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                throw new IllegalStateException("a socket cannot be closed", e);
            }
        }
    }

    /** Exchanges are possible again. */
    void resume() {
        aborted = false;
    }

    private <S extends Closeable> S opened(S socket) throws IOException {
        current = socket;
        if (aborted) {
            socket.close();
        }
        return socket;
    }

    /** Asks by UDP until an answer comes. The socket is connected: nobody but the router can answer. */
    <T> T ask(InetSocketAddress router, byte[] question, int maxAnswerBytes, Reader<T> reader) throws PortMapException {
        try (DatagramSocket socket = opened(new DatagramSocket())) {
            socket.connect(router);
            long wait = FIRST_WAIT.toNanos();
            int strays = 0;
            for (int sent = 0; sent < SENDINGS; sent++) {
                socket.send(new DatagramPacket(question, question.length));
                long deadline = System.nanoTime() + wait;
                for (byte[] answer = receive(socket, maxAnswerBytes, deadline);
                        answer != null;
                        answer = receive(socket, maxAnswerBytes, deadline)) {
                    try {
                        return reader.read(answer);
                    } catch (InvalidBytesException e) {
                        if (++strays == MAX_STRAYS) {
                            throw new PortMapException("router at " + router + " does not answer with sense", e);
                        }
                    }
                }
                wait *= 2;
            }
            throw new PortMapException("router at " + router + " does not answer");
        } catch (IOException e) {
            throw new PortMapException("router at " + router + " cannot be asked: " + e.getMessage(), e);
        }
    }

    /** The next datagram, one byte more than the longest at most; null when none came in time. */
    private static byte @Nullable [] receive(DatagramSocket socket, int maxBytes, long deadline) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[maxBytes + 1], maxBytes + 1);
        return receive(socket, packet, deadline) ? Arrays.copyOf(packet.getData(), packet.getLength()) : null;
    }

    private static boolean receive(DatagramSocket socket, DatagramPacket packet, long deadline) throws IOException {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0) {
            return false;
        }
        socket.setSoTimeout((int) left);
        try {
            socket.receive(packet);
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        }
    }

    /**
     * Searches gateways.
     *
     * @param local the address of the network to search in
     * @param group where to ask
     * @param wait how long answers may take
     */
    List<Found> search(InetAddress local, InetSocketAddress group, Duration wait) throws PortMapException {
        List<Found> found = new ArrayList<>();
        try (DatagramSocket socket = opened(new DatagramSocket(new InetSocketAddress(local, 0)))) {
            for (String target : Ssdp.TARGETS) {
                byte[] question = Ssdp.search(target);
                socket.send(new DatagramPacket(question, question.length, group));
            }
            long deadline = System.nanoTime() + wait.toNanos();
            int max = Ssdp.MAX_ANSWER_BYTES + 1;
            DatagramPacket packet = new DatagramPacket(new byte[max], max);
            int strays = 0;
            while (found.size() < MAX_FOUND && strays < MAX_STRAYS && receive(socket, packet, deadline)) {
                try {
                    byte[] answer = Arrays.copyOf(packet.getData(), packet.getLength());
                    Found device = new Found(packet.getAddress(), Ssdp.location(answer, packet.getAddress()));
                    if (found.contains(device)) {
                        strays++;
                    } else {
                        found.add(device);
                    }
                } catch (InvalidBytesException e) {
                    strays++;
                }
                packet.setLength(max);
            }
            return found;
        } catch (IOException e) {
            throw new PortMapException("no router can be searched from " + local + ": " + e.getMessage(), e);
        }
    }

    /** Asks a page of a router. */
    HttpAnswer get(InetAddress router, URI page) throws PortMapException {
        return http(router, page, "GET " + RouterUrl.target(page) + " HTTP/1.1\r\n" + host(page) + "\r\n");
    }

    /** Calls a service of a router. */
    HttpAnswer call(InetAddress router, URI page, String service, String action, String body) throws PortMapException {
        return http(
                router,
                page,
                "POST " + RouterUrl.target(page) + " HTTP/1.1\r\n" + host(page)
                        + "Content-Type: text/xml; charset=\"utf-8\"\r\nSOAPAction: \"" + service + "#" + action
                        + "\"\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
    }

    private static String host(URI page) {
        return "Host: " + page.getHost() + ":" + RouterUrl.port(page) + "\r\nConnection: close\r\n";
    }

    private HttpAnswer http(InetAddress router, URI page, String request) throws PortMapException {
        long deadline = System.nanoTime() + HTTP_LIMIT.toNanos();
        try (Socket socket = opened(new Socket())) {
            socket.connect(new InetSocketAddress(router, RouterUrl.port(page)), (int) HTTP_LIMIT.toMillis());
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return answer(socket, deadline);
        } catch (IOException | InvalidBytesException e) {
            throw new PortMapException("page " + page + " of the router cannot be read: " + e.getMessage(), e);
        }
    }

    private static HttpAnswer answer(Socket socket, long deadline) throws IOException {
        ByteArrayOutputStream came = new ByteArrayOutputStream();
        byte[] part = new byte[READ_BYTES];
        InputStream in = socket.getInputStream();
        for (; ; ) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                throw new SocketTimeoutException("answer takes longer than " + HTTP_LIMIT);
            }
            socket.setSoTimeout((int) left);
            int read = in.read(part);
            if (read > 0) {
                came.write(part, 0, read);
            }
            Optional<HttpAnswer> whole = HttpAnswer.parse(came.toByteArray(), read < 0);
            if (whole.isPresent()) {
                return whole.get();
            }
        }
    }
}
