namespace MeetNet.Observations.Wire;

/// <summary>Reads the station of an announcement.</summary>
internal static class ThingReader
{
    private static readonly WireMembers Members = new("name", "description", "simulated", "location", "surfaceLevel", "siting?");
    private static readonly WireMembers TextMembers = new("nl", "en");
    private static readonly WireMembers LocationMembers = new("latitude", "longitude", "crs", "native?");
    private static readonly WireMembers PositionMembers = new("x", "y", "crs", "transformation", "accuracy");
    private static readonly WireMembers LevelMembers = new("value", "unit", "datum", "native", "transformation");
    private static readonly WireMembers NativeMembers = new("value", "datum");

    public static bool Read(ref WireCursor cursor, out Thing? thing)
    {
        thing = null;
        if (!cursor.EnterObject())
        {
            return false;
        }

        var (name, description, simulated) = (default(LocalizedText), default(LocalizedText), false);
        var (location, level, siting) = (default(Location), default(SurfaceLevel), default(string));
        var seen = default(WireSeen);
        for (int member; (member = cursor.Next(Members, ref seen)) >= 0;)
        {
            var valid = member switch
            {
                0 => ReadText(ref cursor, out name),
                1 => ReadText(ref cursor, out description),
                2 => cursor.Boolean(out simulated),
                3 => ReadLocation(ref cursor, out location),
                4 => cursor.IsNullNext() || ReadLevel(ref cursor, out level),
                _ => cursor.Name(out siting),
            };
            if (!valid)
            {
                return false;
            }
        }

        thing = new Thing(name!, description!, simulated, location!, level, siting);
        return cursor.Finished(Members, seen);
    }

    public static bool ReadText(ref WireCursor cursor, out LocalizedText? text)
    {
        text = null;
        if (!cursor.EnterObject())
        {
            return false;
        }

        var (nl, en) = ("", "");
        var seen = default(WireSeen);
        for (int member; (member = cursor.Next(TextMembers, ref seen)) >= 0;)
        {
            if (!(member == 0 ? cursor.Text(out nl) : cursor.Text(out en)))
            {
                return false;
            }
        }

        text = new LocalizedText(nl, en);
        return cursor.Finished(TextMembers, seen);
    }

    private static bool ReadLocation(ref WireCursor cursor, out Location? location)
    {
        location = null;
        if (!cursor.EnterObject())
        {
            return false;
        }

        var (latitude, longitude, crs, native) = (0.0, 0.0, "", default(NativePosition));
        var seen = default(WireSeen);
        for (int member; (member = cursor.Next(LocationMembers, ref seen)) >= 0;)
        {
            var valid = member switch
            {
                0 => cursor.Number(-90, 90, out latitude),
                1 => cursor.Number(-180, 180, out longitude),
                2 => cursor.Text(out crs, Identifiers.MaximumLength),
                _ => ReadPosition(ref cursor, out native),
            };
            if (!valid)
            {
                return false;
            }
        }

        location = new Location(latitude, longitude, crs, native);
        return cursor.Finished(LocationMembers, seen);
    }

    private static bool ReadPosition(ref WireCursor cursor, out NativePosition? position)
    {
        position = null;
        if (!cursor.EnterObject())
        {
            return false;
        }

        var (x, y, crs, transformation, accuracy) = (0.0, 0.0, "", "", 0.0);
        var seen = default(WireSeen);
        for (int member; (member = cursor.Next(PositionMembers, ref seen)) >= 0;)
        {
            var valid = member switch
            {
                0 => cursor.Number(out x),
                1 => cursor.Number(out y),
                2 => cursor.Text(out crs, Identifiers.MaximumLength),
                3 => cursor.Text(out transformation, Identifiers.MaximumLength),
                _ => cursor.Number(0, 1000, out accuracy),
            };
            if (!valid)
            {
                return false;
            }
        }

        position = new NativePosition(x, y, crs, transformation, accuracy);
        return cursor.Finished(PositionMembers, seen);
    }

    private static bool ReadLevel(ref WireCursor cursor, out SurfaceLevel? level)
    {
        level = null;
        if (!cursor.EnterObject())
        {
            return false;
        }

        var (value, unit, datum) = (0.0, "", "");
        var (native, transformation) = (default(NativeLevel), default(string));
        var seen = default(WireSeen);
        for (int member; (member = cursor.Next(LevelMembers, ref seen)) >= 0;)
        {
            var valid = member switch
            {
                0 => cursor.Number(out value),
                1 => cursor.Text(out unit, Identifiers.MaximumLength),
                2 => cursor.Text(out datum, Identifiers.MaximumLength),
                3 => cursor.IsNullNext() || ReadNative(ref cursor, out native),
                _ => cursor.TextOrNull(out transformation),
            };
            if (!valid)
            {
                return false;
            }
        }

        level = new SurfaceLevel(value, unit, datum, native, transformation);
        return cursor.Finished(LevelMembers, seen)
            && (native is null == transformation is null
                || cursor.Fail(WireReasons.BadValue, "expected both a native level and the transformation from it, or neither"));
    }

    private static bool ReadNative(ref WireCursor cursor, out NativeLevel? native)
    {
        native = null;
        if (!cursor.EnterObject())
        {
            return false;
        }

        var (value, datum) = (0.0, "");
        var seen = default(WireSeen);
        for (int member; (member = cursor.Next(NativeMembers, ref seen)) >= 0;)
        {
            if (!(member == 0 ? cursor.Number(out value) : cursor.Text(out datum, Identifiers.MaximumLength)))
            {
                return false;
            }
        }

        native = new NativeLevel(value, datum);
        return cursor.Finished(NativeMembers, seen);
    }
}
