// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.portmap;

import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** A router on loopback that answers as a script says, and keeps what it was asked. */
final class FakeRouter implements AutoCloseable {
    private static final int MAX_REQUEST_BYTES = 4_096;

    private final InetAddress loopback = InetAddress.getLoopbackAddress();
    private final DatagramSocket datagrams = new DatagramSocket(new InetSocketAddress(loopback, 0));
    private final ServerSocket pages = new ServerSocket(0, 8, loopback);
    private final BlockingQueue<byte[]> asked = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> called = new LinkedBlockingQueue<>();

    /** Starts with the answers to datagrams and to requests by HTTP. */
    FakeRouter(Function<byte[], List<byte[]>> answers, Function<String, byte[]> answersToCalls) throws IOException {
        background(() -> answer(answers));
        background(() -> serve(answersToCalls));
    }

    private static void background(Runnable task) {
        Thread thread = new Thread(task, "fake-router");
        thread.setDaemon(true);
        thread.start();
    }

    private void answer(Function<byte[], List<byte[]>> answers) {
        try {
            for (; ; ) {
                DatagramPacket packet = new DatagramPacket(new byte[MAX_REQUEST_BYTES], MAX_REQUEST_BYTES);
                datagrams.receive(packet);
                byte[] question = Arrays.copyOf(packet.getData(), packet.getLength());
                for (byte[] answer : answers.apply(question)) {
                    datagrams.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                }
                asked.add(question);
            }
        } catch (IOException e) {
            return; // closed
        }
    }

    private void serve(Function<String, byte[]> answers) {
        try {
            for (; ; ) {
                try (Socket socket = pages.accept()) {
                    byte[] request = new byte[MAX_REQUEST_BYTES];
                    int length = socket.getInputStream().read(request);
                    String text = new String(request, 0, Math.max(length, 0), StandardCharsets.US_ASCII);
                    called.add(text);
                    OutputStream out = socket.getOutputStream();
                    out.write(answers.apply(text));
                } catch (SocketException e) {
                    if (pages.isClosed()) {
                        return;
                    }
                }
            }
        } catch (IOException e) {
            return; // closed
        }
    }

    InetSocketAddress address() {
        return (InetSocketAddress) datagrams.getLocalSocketAddress();
    }

    String page() {
        return "http://127.0.0.1:" + pages.getLocalPort();
    }

    HomeNetwork.Way way() {
        return new HomeNetwork.Way(loopback, address(), address());
    }

    /** The next datagram that came; empty when none comes. */
    byte[] nextAsked() throws InterruptedException {
        byte[] next = asked.poll(20, TimeUnit.SECONDS);
        return next == null ? new byte[0] : next;
    }

    /** The next request that came; empty when none comes. */
    String nextCalled() throws InterruptedException {
        String next = called.poll(20, TimeUnit.SECONDS);
        return next == null ? "" : next;
    }

    @Override
    public void close() throws IOException {
        datagrams.close();
        pages.close();
    }
}
