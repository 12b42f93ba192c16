// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.fake;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A server on loopback that speaks SurrealDB's RPC over WebSocket and does whatever a test tells it to: answers late, twice, with
 * garbage, not at all.
 */
public final class FakeServer implements AutoCloseable {
    private final ServerSocket socket;
    private final FakeScript script;
    private final List<FakeConnection> connections = new CopyOnWriteArrayList<>();

    private FakeServer(ServerSocket socket, FakeScript script) {
        this.socket = socket;
        this.script = script;
    }

    /** Listens on a free port. */
    public static FakeServer start(FakeScript script) {
        try {
            ServerSocket socket = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
            FakeServer server = new FakeServer(socket, script);
            Thread thread = new Thread(server::accept, "fake-surreal");
            thread.setDaemon(true);
            thread.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public URI uri() {
        return URI.create("ws://127.0.0.1:" + socket.getLocalPort() + "/rpc");
    }

    /** Connections so far, the dropped ones too. */
    public List<FakeConnection> connections() {
        return connections;
    }

    /** Drops all connections, as a server that dies does. */
    public void dropAll() {
        connections.forEach(FakeConnection::drop);
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket accepted = socket.accept();
                FakeConnection connection = new FakeConnection(accepted, script);
                connections.add(connection);
                Thread thread = new Thread(connection, "fake-surreal-connection");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        dropAll();
    }
}
