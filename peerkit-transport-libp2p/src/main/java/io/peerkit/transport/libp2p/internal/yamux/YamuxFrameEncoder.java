// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.yamux;

import io.netty.buffer.ByteBuf;

/** Writes headers; the payload of a data frame is written behind it by the caller. */
final class YamuxFrameEncoder {
    private YamuxFrameEncoder() {}

    static void encode(YamuxFrame frame, ByteBuf out) {
        if (frame instanceof YamuxFrame.Data data) {
            header(out, Yamux.TYPE_DATA, data.flags(), data.streamId(), data.length());
        } else if (frame instanceof YamuxFrame.WindowUpdate update) {
            header(out, Yamux.TYPE_WINDOW_UPDATE, update.flags(), update.streamId(), update.length());
        } else if (frame instanceof YamuxFrame.Ping ping) {
            header(out, Yamux.TYPE_PING, ping.flags(), 0, ping.value());
        } else if (frame instanceof YamuxFrame.GoAway goAway) {
            header(out, Yamux.TYPE_GO_AWAY, 0, 0, goAway.code());
        }
    }

    private static void header(ByteBuf out, int type, int flags, int streamId, long length) {
        out.writeByte(Yamux.VERSION)
                .writeByte(type)
                .writeShort(flags)
                .writeInt(streamId)
                .writeInt((int) length);
    }
}
