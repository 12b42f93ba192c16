// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.nat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.charset.StandardCharsets;

/**
 * Opens sockets inside the lab, as lines on its standard input say, with an answer of one line to each. The main class of a
 * process of its own, with nothing but the JDK.
 *
 * <pre>
 *   mirror PORT                   tells all who come which address they come from, over TCP and UDP
 *   listen PORT                   accepts connections and closes them; the commands below then work from this port
 *   dial IP PORT                  connects from any port: ok, refused or timeout
 *   seen IP PORT, seen-udp IP PORT     what the mirror there says of this port
 *   punch IP PORT, punch-udp IP PORT   tries for 3 s from this port: ok, refused or timeout
 * </pre>
 */
public final class SocketProbe {
    private static final int PATIENCE_MILLIS = 3_000;
    private static final int PUNCH_MILLIS = 100;

    private int port;
    private DatagramSocket datagrams;

    private SocketProbe() throws IOException {
        datagrams = new DatagramSocket(null);
    }

    /** Runs until its input ends. */
    public static void main(String[] args) throws IOException {
        SocketProbe probe = new SocketProbe();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                System.out.println(probe.answer(line.split(" ")));
            }
        }
        System.exit(0);
    }

    private String answer(String[] words) {
        try {
            return switch (words[0]) {
                case "mirror" -> mirror(Integer.parseInt(words[1]));
                case "listen" -> listen(Integer.parseInt(words[1]));
                case "dial" -> connect(new InetSocketAddress(words[1], Integer.parseInt(words[2])), 0);
                case "seen" -> seen(new InetSocketAddress(words[1], Integer.parseInt(words[2])));
                case "seen-udp" -> seenUdp(new InetSocketAddress(words[1], Integer.parseInt(words[2])));
                case "punch" -> punch(new InetSocketAddress(words[1], Integer.parseInt(words[2])));
                case "punch-udp" -> punchUdp(new InetSocketAddress(words[1], Integer.parseInt(words[2])));
                default -> "unknown";
            };
        } catch (IOException e) {
            return "failed " + e.getMessage();
        }
    }

    private String mirror(int at) throws IOException {
        ServerSocket server = bound(at);
        background(() -> {
            try (Socket socket = server.accept()) {
                socket.getOutputStream()
                        .write((text(socket.getRemoteSocketAddress()) + "\n").getBytes(StandardCharsets.UTF_8));
            }
        });
        DatagramSocket echo = new DatagramSocket(at);
        background(() -> {
            DatagramPacket packet = new DatagramPacket(new byte[100], 100);
            echo.receive(packet);
            byte[] seen = text(packet.getSocketAddress()).getBytes(StandardCharsets.UTF_8);
            echo.send(new DatagramPacket(seen, seen.length, packet.getSocketAddress()));
        });
        return "ok";
    }

    private String listen(int at) throws IOException {
        port = at;
        ServerSocket server = bound(at);
        background(() -> server.accept().close());
        datagrams = new DatagramSocket(at);
        return "ok";
    }

    private static ServerSocket bound(int at) throws IOException {
        ServerSocket server = new ServerSocket();
        server.setOption(StandardSocketOptions.SO_REUSEPORT, true);
        server.setReuseAddress(true);
        server.bind(new InetSocketAddress("0.0.0.0", at));
        return server;
    }

    private static Socket from(int local) throws IOException {
        Socket socket = new Socket();
        socket.setOption(StandardSocketOptions.SO_REUSEPORT, true);
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress("0.0.0.0", local));
        return socket;
    }

    private static String connect(SocketAddress to, int local) throws IOException {
        try (Socket socket = from(local)) {
            socket.connect(to, PATIENCE_MILLIS);
            return "ok";
        } catch (SocketTimeoutException e) {
            return "timeout";
        } catch (ConnectException e) {
            return "refused";
        }
    }

    private String seen(SocketAddress mirror) throws IOException {
        try (Socket socket = from(port)) {
            socket.connect(mirror, PATIENCE_MILLIS);
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        }
    }

    private String punch(SocketAddress to) throws IOException {
        return connect(to, port);
    }

    private String seenUdp(SocketAddress mirror) throws IOException {
        datagrams.send(new DatagramPacket(new byte[1], 1, mirror));
        return received(PATIENCE_MILLIS, mirror);
    }

    private String punchUdp(SocketAddress to) throws IOException {
        byte[] hello = "hello".getBytes(StandardCharsets.UTF_8);
        boolean heard = false;
        for (int passed = 0; passed < PATIENCE_MILLIS; passed += PUNCH_MILLIS) {
            datagrams.send(new DatagramPacket(hello, hello.length, to)); // also after it heard: the other waits too
            heard |= received(PUNCH_MILLIS, to).equals("hello");
        }
        return heard ? "ok" : "timeout";
    }

    private String received(int millis, SocketAddress from) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[100], 100);
        datagrams.setSoTimeout(millis);
        try {
            datagrams.receive(packet);
        } catch (SocketTimeoutException e) {
            return "timeout";
        }
        return packet.getSocketAddress().equals(from)
                ? new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8)
                : "stranger";
    }

    private static String text(SocketAddress address) {
        InetSocketAddress socket = (InetSocketAddress) address;
        InetAddress host = socket.getAddress();
        return host.getHostAddress() + " " + socket.getPort();
    }

    private interface Step {
        void run() throws IOException;
    }

    private static void background(Step step) {
        Thread thread = new Thread(() -> {
            try {
                for (; ; ) {
                    step.run();
                }
            } catch (IOException e) {
                System.err.println("probe stops serving: " + e);
            }
        });
        thread.setDaemon(true);
        thread.start();
    }
}
