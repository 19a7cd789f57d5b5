using System.Text.Json;

namespace MeetNet.Observations.Wire;

/// <summary>Writes the members of an announcement between the envelope's.</summary>
internal static class AnnouncementWriter
{
    public static void Write(Utf8JsonWriter json, Announcement announcement)
    {
        json.WriteString("owner"u8, announcement.Owner);
        json.WriteString("station"u8, announcement.Station);
        json.WriteString("issued"u8, Iso8601.Format(announcement.Issued));
        json.WritePropertyName("thing"u8);
        WriteThing(json, announcement.Thing);
        json.WriteStartArray("sensors"u8);
        foreach (var sensor in announcement.Sensors)
        {
            WriteSensor(json, sensor);
        }

        json.WriteEndArray();
        json.WriteStartArray("datastreams"u8);
        foreach (var datastream in announcement.Datastreams)
        {
            WriteDatastream(json, datastream);
        }

        json.WriteEndArray();
        json.WriteStartArray("procedures"u8);
        foreach (var procedure in announcement.Procedures)
        {
            procedure.Write(json);
        }

        json.WriteEndArray();
        if (announcement.InForce.Count > 0)
        {
            json.WriteStartArray("inForce"u8);
            foreach (var id in announcement.InForce)
            {
                json.WriteStringValue(id);
            }

            json.WriteEndArray();
        }
    }

    private static void WriteThing(Utf8JsonWriter json, Thing thing)
    {
        json.WriteStartObject();
        WriteText(json, "name"u8, thing.Name);
        WriteText(json, "description"u8, thing.Description);
        json.WriteBoolean("simulated"u8, thing.Simulated);
        json.WriteStartObject("location"u8);
        json.WriteNumber("latitude"u8, thing.Location.Latitude);
        json.WriteNumber("longitude"u8, thing.Location.Longitude);
        json.WriteString("crs"u8, thing.Location.Crs);
        if (thing.Location.Native is { } position)
        {
            json.WriteStartObject("native"u8);
            json.WriteNumber("x"u8, position.X);
            json.WriteNumber("y"u8, position.Y);
            json.WriteString("crs"u8, position.Crs);
            json.WriteString("transformation"u8, position.Transformation);
            json.WriteNumber("accuracy"u8, position.Accuracy);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        if (thing.SurfaceLevel is { } level)
        {
            WriteSurfaceLevel(json, level);
        }
        else
        {
            json.WriteNull("surfaceLevel"u8);
        }

        if (thing.Siting is { } siting)
        {
            json.WriteString("siting"u8, siting);
        }

        json.WriteEndObject();
    }

    private static void WriteSurfaceLevel(Utf8JsonWriter json, SurfaceLevel level)
    {
        json.WriteStartObject("surfaceLevel"u8);
        json.WriteNumber("value"u8, level.Value);
        json.WriteString("unit"u8, level.Unit);
        json.WriteString("datum"u8, level.Datum);
        if (level.Native is { } native)
        {
            json.WriteStartObject("native"u8);
            json.WriteNumber("value"u8, native.Value);
            json.WriteString("datum"u8, native.Datum);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("native"u8);
        }

        json.WriteString("transformation"u8, level.Transformation);
        json.WriteEndObject();
    }

    private static void WriteSensor(Utf8JsonWriter json, Sensor sensor)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, sensor.Id);
        json.WriteString("maker"u8, sensor.Maker);
        json.WriteString("model"u8, sensor.Model);
        json.WriteString("serialNumber"u8, sensor.SerialNumber);
        json.WriteString("profile"u8, sensor.Profile);
        json.WriteString("profileVersion"u8, sensor.ProfileVersion);
        json.WriteEndObject();
    }

    private static void WriteDatastream(Utf8JsonWriter json, Datastream datastream)
    {
        json.WriteStartObject();
        json.WriteString("@iot.id"u8, datastream.Id.ToString());
        WriteText(json, "name"u8, datastream.Name);
        json.WriteString("sensor"u8, datastream.Id.Sensor);
        json.WriteString("observedProperty"u8, datastream.Id.Property);
        json.WriteString("featureOfInterest"u8, datastream.FeatureOfInterest);
        json.WriteStartObject("unitOfMeasurement"u8);
        json.WriteString("name"u8, datastream.UnitOfMeasurement.Name);
        json.WriteString("symbol"u8, datastream.UnitOfMeasurement.Symbol);
        json.WriteString("definition"u8, datastream.UnitOfMeasurement.Definition);
        json.WriteEndObject();
        json.WriteString("interval"u8, datastream.Interval is { } interval ? Iso8601.FormatDuration(interval) : null);
        json.WriteString("procedure"u8, datastream.Procedure);
        if (datastream.Method is { } method)
        {
            json.WriteString("method"u8, method);
        }

        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> name, LocalizedText text)
    {
        json.WriteStartObject(name);
        json.WriteString("nl"u8, text.Nl);
        json.WriteString("en"u8, text.En);
        json.WriteEndObject();
    }
}
